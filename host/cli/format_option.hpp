// The --format option, the same with every command that has one.
#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <string>

#include "cli/commands.hpp"

namespace probehost::cli {

// `formats`: the words that this command takes. `format` outlives the parsing and is its default.
void addFormat(CLI::App& command, Format& format, std::map<std::string, Format> formats);

} // namespace probehost::cli
