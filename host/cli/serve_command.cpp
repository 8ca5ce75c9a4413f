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

// Plugins that are tried, or create their checks, may take seconds, and who stops the service meanwhile does not wait
// for them.
template <typename Work>
auto unlessStopped(PluginEnvironment& environment, const Work& work) {
    const SignalDescriptor stop{SIGTERM, SIGINT};
    auto done = std::async(std::launch::async, work);
    while (done.wait_for(signalCheck) != std::future_status::ready) {
        if (stop.next() == 0) continue;
        environment.log().write(Level::Info, "stopped before it had its checks");
        endAtOnce(environment);
    }
    return done.get();
}

Checks createUnlessStopped(const Settings& settings, PluginEnvironment& environment, Diagnostics& diagnostics) {
    return unlessStopped(environment, [&] { return createChecks(settings, environment, diagnostics); });
}

// Prints what was found. True when there are errors.
bool refuse(const Diagnostics& diagnostics, ServiceManager& manager) {
    if (!printErrors(diagnostics)) return false;
    manager.status(diagnostics.firstError());
    return true;
}

int serve(const std::string& config, PluginEnvironment& environment, ServiceManager& manager) {
    Diagnostics diagnostics;
    auto settings = unlessStopped(environment, [&] { return configure(config, environment, diagnostics); });
    if (diagnostics.hasErrors()) {
        createUnlessStopped(settings, environment, diagnostics); // for what there is to say of them as well
        refuse(diagnostics, manager);
        return ConfigError;
    }
    printErrors(diagnostics); // warnings at most
    try {
        Server server(config, std::move(settings), environment, manager);
        server.listen();
        Diagnostics ofChecks;
        auto checks = createUnlessStopped(server.settings(), environment, ofChecks);
        if (refuse(ofChecks, manager)) return ConfigError;
        if (server.run(std::move(checks))) return Ok;
        endAtOnce(environment); // a plugin still runs; ending in order would wait for it
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
