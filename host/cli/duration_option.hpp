// An option that takes a duration as configurations write it.
#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <optional>
#include <string>

namespace probehost::cli {

// At least a second. `duration` outlives the parsing and stays as it is when the option is not given.
void addDuration(CLI::App& command, const std::string& name, std::optional<std::chrono::milliseconds>& duration,
                 const std::string& summary);

} // namespace probehost::cli
