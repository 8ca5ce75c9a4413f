// probehost serve: the service.
#include <fcntl.h>
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <future>

#include "cli/commands.hpp"
#include "cli/diagnostics_output.hpp"
#include "server/last_words.hpp"
#include "server/server.hpp"
#include "server/signals.hpp"

namespace probehost::cli {

namespace {

constexpr milliseconds lastWords{500};
constexpr milliseconds signalCheck{20};
constexpr rlim_t fullCrowd = 16384; // descriptors: more than all clients that there may be, unless told otherwise

// Secrets are in memory: other processes of the same user, workers above all, neither read it nor get a core of it.
void keepMemoryPrivate() {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

// The kernel's table of descriptors grows with the highest one, and whoever opens that waits for milliseconds where
// threads share the table. So it gets its size while there is one thread.
void makeRoomForDescriptors(rlim_t most) {
    const int highest = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, std::min(most, fullCrowd) - 1);
    if (highest >= 0) close(highest);
}

// The soft limit is low for the sake of programs that call select; this one does not, and workers set their own.
void useAllDescriptors() {
    rlimit files{};
    if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    makeRoomForDescriptors(files.rlim_max);
}

[[noreturn]] void endAtOnce(PluginEnvironment& environment) {
    environment.log().flush(lastWords);
    _exit(Ok);
}

// Plugins that are tried may take seconds, and who stops the service meanwhile does not wait for them.
Assembly assembleUnlessStopped(const std::string& config, PluginEnvironment& environment, Diagnostics& diagnostics) {
    const SignalDescriptor stop{SIGTERM, SIGINT};
    auto assembly = std::async(std::launch::async, [&] { return assemble(config, environment, diagnostics); });
    while (assembly.wait_for(signalCheck) != std::future_status::ready) {
        if (stop.next() == 0) continue;
        environment.log().write(Level::Info, "stopped before it listened");
        endAtOnce(environment);
    }
    return assembly.get();
}

int run(const std::string& config, Assembly assembly, PluginEnvironment& environment, ServiceManager& manager) {
    Server server(config, std::move(assembly), environment, manager);
    if (server.run()) return Ok;
    endAtOnce(environment); // a plugin still runs; ending in order would wait for it
}

int serve(const std::string& config, PluginEnvironment& environment, ServiceManager& manager) {
    Diagnostics diagnostics;
    auto assembly = assembleUnlessStopped(config, environment, diagnostics);
    if (printErrors(diagnostics)) {
        manager.status(diagnostics.firstError());
        return ConfigError;
    }
    try {
        return run(config, std::move(assembly), environment, manager);
    } catch (const ListenError& failure) {
        environment.log().write(Level::Error, failure.what());
        manager.status(failure.what());
        return CannotListen;
    }
}

} // namespace

int serve(const std::string& config) {
    mallopt(M_ARENA_MAX, 2); // many threads that do little: an arena for each would hold memory for nothing
    blockSignals();
    leaveLastWords();
    keepMemoryPrivate();
    useAllDescriptors();
    ServiceManager manager;
    PluginEnvironment environment;
    return environment.ended(serve(config, environment, manager));
}

} // namespace probehost::cli
