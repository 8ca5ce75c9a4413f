// probehost validate: whether this configuration could be served.
#include <iostream>

#include "cli/commands.hpp"
#include "cli/diagnostics_output.hpp"
#include "cli/terminal.hpp"
#include "server/assembly.hpp"
#include "server/plugin_environment.hpp"

namespace probehost::cli {

namespace {

int validate(const std::string& config, PluginEnvironment& environment) {
    Diagnostics diagnostics;
    const auto assembly = assemble(config, environment, diagnostics);
    if (printErrors(diagnostics)) return ConfigError;
    const auto count = assembly.checks.size();
    std::cout << config << " is valid: " << count << (count == 1 ? " check, " : " checks, ")
              << environment.registry().plugins().size() << " plugins\n";
    return written(Ok, CannotWrite);
}

} // namespace

int validate(const std::string& config) {
    PluginEnvironment environment(Trial::All);
    return environment.ended(validate(config, environment));
}

} // namespace probehost::cli
