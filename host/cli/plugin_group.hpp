// probehost plugin …: the commands for those who write plugins, each in a file of its own.
#pragma once

#include <CLI/CLI.hpp>

namespace probehost::cli {

// Adds the group with all its commands; the one that runs sets `status`, which outlives the parsing.
void addPluginGroup(CLI::App& app, int& status);

// Each adds one command to the group.
void addPluginNew(CLI::App& group, int& status);
void addPluginInfo(CLI::App& group, int& status);
void addPluginRun(CLI::App& group, int& status);
void addPluginVerify(CLI::App& group, int& status);

} // namespace probehost::cli
