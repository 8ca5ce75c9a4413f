// What `probehost plugin --help` says.
#include "cli/plugin_group.hpp"

namespace probehost::cli {

namespace {

constexpr const char* tour = R"(
From a plugin's source to a plugin that a host uses:
  probehost plugin new disk --lang cpp                  a project that builds and passes its tests, to be changed
  probehost plugin info ./disk.so                       what it offers and needs
  probehost plugin run ./disk.so --with disk.yaml       one run, with everything it says
  probehost plugin verify ./disk.so --with disk.yaml    every rule of the plugin ABI, tried

probehost plugin COMMAND --help tells more about one command.)";

} // namespace

void addPluginGroup(CLI::App& app, int& status) {
    auto* group = app.add_subcommand("plugin", "Begin, look at, run and verify a plugin: for authors");
    group->require_subcommand(1);
    group->footer(tour);
    addPluginNew(*group, status);
    addPluginInfo(*group, status);
    addPluginRun(*group, status);
    addPluginVerify(*group, status);
}

} // namespace probehost::cli
