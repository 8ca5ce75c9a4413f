// probehost serve: the service.
#include <unistd.h>

#include "cli/commands.hpp"
#include "cli/diagnostics_output.hpp"
#include "server/server.hpp"
#include "server/signals.hpp"

namespace probehost::cli {

namespace {

constexpr milliseconds lastWords{500};

int run(const std::string& config, Assembly assembly, PluginEnvironment& environment) {
    Server server(config, std::move(assembly), environment);
    if (server.run()) return Ok;
    environment.log().flush(lastWords);
    _exit(Ok); // a plugin still runs; ending in order would wait for it
}

} // namespace

int serve(const std::string& config) {
    blockSignals();
    PluginEnvironment environment;
    Diagnostics diagnostics;
    auto assembly = assemble(config, environment, diagnostics);
    if (printErrors(diagnostics)) return ConfigError;
    try {
        return run(config, std::move(assembly), environment);
    } catch (const ListenError& failure) {
        environment.log().write(Level::Error, failure.what());
        return CannotListen;
    }
}

} // namespace probehost::cli
