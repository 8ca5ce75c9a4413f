// What is said of a command line that nobody understands.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace probehost::cli {

// One line that names the mistake, what was probably meant, and where the rest is told.
std::string usageError(const CLI::App& app, const CLI::ParseError& error);

} // namespace probehost::cli
