// A plugin's tables are read with distrust, and what is wrong with them is said in words.
#include <catch2/catch.hpp>

#include "plugins.hpp"

namespace probehost::test {

using namespace std::chrono_literals;

TEST_CASE("library: a sound plugin says what it offers", "[plugin]") {
    const PluginLibrary library(pluginPath("tiny_good"), host());
    CHECK(library.file() == pluginPath("tiny_good"));
    CHECK(std::string(library.plugin().name) == "tiny-plugin");
    CHECK(std::string(library.plugin().version) == "1.2.3");
    REQUIRE(library.describe().checkers.size() == 1);
    const auto info = library.describe().checkers[0];
    CHECK(info.name == "tiny");
    CHECK(info.summary == "Passes");
    CHECK(info.settingsSchema == R"({"type":"object"})");
    CHECK(info.infoJson == R"({"docs":"https://example.org"})");
    CHECK(info.local);
    CHECK_FALSE(info.doesIo);
    CHECK(info.probes.has(Probe::Ready));
    CHECK(info.probes.has(Probe::Started));
    CHECK_FALSE(info.probes.has(Probe::Live));
    CHECK(info.timeout == 1500ms);
    CHECK(info.interval == 5s);
    CHECK(info.maxAge == 250ms);
    CHECK(info.pluginFile == library.file());
    CHECK(library.find("tiny") == library.plugin().checkers[0]);
    CHECK(library.find("tin") == nullptr);
}

TEST_CASE("library: the check of a plugin in C runs", "[plugin]") {
    const PluginLibrary library(pluginPath("tiny_good"), host());
    PluginChecker checker(*library.find("tiny"), host(), {});
    const auto result = said(checker);
    CHECK(result.status == Status::Pass);
    CHECK_FALSE(result.latencyMs); // it does no I/O
}

TEST_CASE("library: a plugin of a later minor with longer tables is taken", "[plugin]") {
    CHECK(refusal(pluginPath("tiny_newer_tables")).empty());
    CHECK(refusal(pluginPath("tiny_name_longest")).empty());
}

TEST_CASE("library: what is wrong with a plugin is said in words", "[plugin]") {
    auto [plugin, why] = GENERATE(table<std::string, std::string>({
        {"no_entry", "not a probehost plugin: it does not export probehost_plugin_entry_v1"},
        {"no_note", "carries no probehost note: add PH_ELF_NOTE(…) or PROBEHOST_PLUGIN(…) and rebuild"},
        {"older_major", "needs plugin ABI 0.0, this probehost offers 1.0: rebuild the plugin with this host's SDK"},
        {"newer_major",
         "needs plugin ABI 2.0, this probehost offers 1.0: upgrade probehost, or rebuild the plugin with this host's "
         "SDK"},
        {"newer_minor",
         "needs plugin ABI 1.7, this probehost offers 1.0: upgrade probehost, or rebuild the plugin with this host's "
         "SDK"},
        {"lying_major", "its table needs plugin ABI 9.0, this probehost offers 1.0"},
        {"lying_minor", "its table needs plugin ABI 1.7, this probehost offers 1.0"},
        {"no_table", "its entry function says that it cannot serve this host"},
        {"small_table", "its struct_size is smaller than the first release's"},
        {"no_checkers", "it offers no checkers, or more than 256"},
        {"no_list", "it offers no checkers, or more than 256"},
        {"too_many", "it offers no checkers, or more than 256"},
        {"missing_checker", "a checker is missing from its table"},
        {"same_twice", "it offers the checker \"tiny\" twice"},
        {"no_plugin_name", "its name is not of the form [a-z][a-z0-9-]{0,63}"},
        {"bad_plugin_name", "its name is not of the form [a-z][a-z0-9-]{0,63}"},
        {"no_version", "its version must be set"},
        {"small_checker", "a checker's struct_size is smaller than the first release's"},
        {"name_missing", "a checker's name is not of the form [a-z][a-z0-9-]{0,63}"},
        {"name_empty", "a checker's name is not of the form [a-z][a-z0-9-]{0,63}"},
        {"name_upper", "a checker's name is not of the form [a-z][a-z0-9-]{0,63}"},
        {"name_digit", "a checker's name is not of the form [a-z][a-z0-9-]{0,63}"},
        {"name_underscore", "a checker's name is not of the form [a-z][a-z0-9-]{0,63}"},
        {"name_too_long", "a checker's name is not of the form [a-z][a-z0-9-]{0,63}"},
        {"no_create", "checker \"tiny\": create, run and destroy must all be set"},
        {"no_schema", "checker \"tiny\": settings_schema must be set"},
        {"no_timeout", "checker \"tiny\": timeout_ms must be 1 to 3600000"},
        {"long_timeout", "checker \"tiny\": timeout_ms must be 1 to 3600000"},
        {"failing_init", "its init failed: this system has no coffee"},
        {"silent_init", "its init failed: it gave no reason"},
    }));
    CHECK(refusal(pluginPath("tiny_" + plugin)) == why);
}

TEST_CASE("library: init is called once when it is opened, deinit when it is done with", "[plugin]") {
    ears().take();
    {
        const PluginLibrary library(pluginPath("tiny_init"), host());
        const auto lines = ears().take();
        REQUIRE(lines.size() == 1);
        CHECK(lines[0].text == "init");
        const PluginChecker one(*library.find("tiny"), host(), {});
        const PluginChecker two(*library.find("tiny"), host(), {});
        CHECK(ears().take().empty());
    }
    const auto lines = ears().take();
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].text == "deinit");
}

} // namespace probehost::test
