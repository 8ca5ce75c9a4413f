// What the build writes into a plugin is what a worker would say of it, and anything else is not believed.
#include "isolation/written_description.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <cstdlib>
#include <filesystem>

#include "folder.hpp"
#include "plugin/plugin_file.hpp"
#include "workers.hpp"

namespace probehost::test {

namespace {

// A copy of the plugin with these bytes in its section.
class Described {
  public:
    Described(const std::string& plugin, const std::string& bytes) : file_(folder_.path("described.so")) {
        std::filesystem::copy_file(pluginPath(plugin), file_);
        const auto section = folder_.write("section", bytes);
        const auto command = "objcopy --add-section .probehost.plugin=" + section + " " + file_;
        REQUIRE(std::system(command.c_str()) == 0); // NOLINT(concurrency-mt-unsafe, cert-env33-c): of a test
    }
    std::optional<PluginDescription> written() const { return writtenDescription(file_); }
    const std::string& file() const { return file_; }

  private:
    Folder folder_;
    std::string file_;
};

PluginDescription descriptionOf(const std::string& plugin) {
    return PluginLibrary(pluginPath(plugin), host()).describe();
}

} // namespace

TEST_CASE("written description: it is what the plugin says", "[isolation]") {
    const auto* const name = GENERATE("tiny_good", "conduct", "wrapped");
    const auto said = descriptionOf(name);
    const Described plugin(name, descriptionToWrite(said));
    const auto written = plugin.written();
    REQUIRE(written);
    checkSame(*written, said);
    CHECK(written->file == plugin.file());
    CHECK(written->checkers.front().pluginFile == plugin.file());
}

TEST_CASE("written description: the plugin can still be opened", "[isolation]") {
    const Described plugin("tiny_good", descriptionToWrite(descriptionOf("tiny_good")));
    CHECK(workers().describe(plugin.file()).name == "tiny-plugin");
}

TEST_CASE("written description: a plugin without one has none", "[isolation]") {
    CHECK_FALSE(writtenDescription(pluginPath("tiny_good")));
}

TEST_CASE("written description: one of another version, and one that is not whole, are not believed", "[isolation]") {
    const auto sound = descriptionToWrite(descriptionOf("tiny_good"));
    auto older = sound;
    older.replace(older.find(PROBEHOST_VERSION), 1, "x");
    const std::array<std::string, 4> all = {older, sound.substr(0, sound.size() - 1), sound + "x", "garbage"};
    const auto bytes = all.at(GENERATE(0, 1, 2, 3));
    CHECK_FALSE(Described("tiny_good", bytes).written());
}

TEST_CASE("written description: it makes no plugin of a file that is none", "[isolation]") {
    const auto* const name = GENERATE("tiny_no_entry", "tiny_no_note", "tiny_newer_major");
    const Described plugin(name, descriptionToWrite(descriptionOf("tiny_good")));
    CHECK_THROWS_AS(plugin.written(), PluginRefused);
}

} // namespace probehost::test
