// Of a folder the sound plugins are used, and the others named with what is wrong.
#include "plugin/plugin_registry.hpp"

#include <catch2/catch.hpp>
#include <filesystem>

#include "folder.hpp"
#include "isolation/worker_fleet.hpp"
#include "plugins.hpp"

namespace probehost::test {

namespace {

namespace fs = std::filesystem;

PluginRegistry registryOf(const std::vector<std::string>& directories) {
    static WorkerFleet workers(WORKER, ears());
    PluginRegistry registry(host(), [](const PluginImage& image) { return workers.describe(image); });
    registry.scan(directories);
    return registry;
}

void copy(const std::string& plugin, const std::string& to) { fs::copy_file(pluginPath(plugin), to); }

} // namespace

TEST_CASE("registry: sound plugins are used and the others named", "[plugin]") {
    const Folder folder;
    copy("tiny_good", folder.path("a.so"));
    folder.write("b.so", "hello");
    copy("tiny_entry_aborts", folder.path("c.so"));
    copy("wrapped", folder.path("d.so"));
    copy("tiny_init", folder.path("e.so"));
    folder.write("readme.txt", "not looked at");
    auto registry = registryOf({folder.path("")});

    CHECK(registry.plugins().size() == 2);
    CHECK(registry.provider("tiny")->description.file == folder.path("") + "a.so");
    CHECK(registry.provider("good") != nullptr);
    CHECK(registry.provider("nobody") == nullptr);
    CHECK(std::string(registry.open("tiny")->name) == "tiny");
    CHECK_THROWS_WITH(registry.open("nobody"), "nobody offers the checker nobody");
    CHECK(registry.checkers().size() == 9);
    REQUIRE(registry.refused().size() == 3);
    CHECK(registry.refused()[0].file == folder.path("") + "b.so");
    CHECK(registry.refused()[0].reason == "not a shared object (not an ELF file)");
    CHECK(registry.refused()[1].reason == "crashed while loading: SIGABRT");
    CHECK(registry.refused()[2].reason == "its checker \"tiny\" is already provided by " + folder.path("") + "a.so");
}

TEST_CASE("registry: a folder that is missing, empty, a file or open to everyone is named", "[plugin]") {
    const Folder folder;
    fs::create_directory(folder.path("empty"));
    fs::create_directory(folder.path("open"));
    fs::permissions(folder.path("open"), fs::perms::all);
    folder.write("file", "");
    const auto registry =
        registryOf({folder.path("missing"), folder.path("empty"), folder.path("file"), folder.path("open")});
    CHECK(registry.plugins().empty());
    CHECK(registry.refused().empty());
    CHECK(registry.emptyDirectories() == std::vector<std::string>{folder.path("empty")});
    REQUIRE(registry.refusedDirectories().size() == 3);
    CHECK(registry.refusedDirectories()[0].reason == "does not exist");
    CHECK(registry.refusedDirectories()[1].reason == "is not a directory");
    CHECK(registry.refusedDirectories()[2].reason == "is writable by everyone: chmod o-w it");
}

TEST_CASE("registry: a file that everyone may write is not opened", "[plugin]") {
    const Folder folder;
    copy("tiny_good", folder.path("a.so"));
    fs::permissions(folder.path("a.so"), fs::perms::others_write, fs::perm_options::add);
    const auto registry = registryOf({folder.path("")});
    REQUIRE(registry.refused().size() == 1);
    CHECK(registry.refused()[0].reason == "is writable by everyone: chmod o-w it");
}

TEST_CASE("registry: a second look keeps what is open and finds what is new", "[plugin]") {
    const Folder folder;
    copy("tiny_good", folder.path("a.so"));
    auto registry = registryOf({folder.path("")});
    const auto first = registry.open("tiny");
    copy("wrapped", folder.path("b.so"));
    registry.scan({folder.path("")});
    CHECK(registry.open("tiny") == first);
    CHECK(registry.provider("good") != nullptr);
    CHECK(registry.plugins().size() == 2);
    CHECK(registry.refused().empty());
}

} // namespace probehost::test
