// probehost-worker FILE [copied]: runs one plugin's checks in a process of its own. Nobody's to call but probehost's,
// which is at the other end of descriptor 3. Where the file was copied, the copy is descriptor 4.
#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

#include <csignal>
#include <initializer_list>

#include "isolation/worker_limits.hpp"
#include "plugin/plugin_library.hpp"
#include "worker/check_server.hpp"
#include "worker/host_link.hpp"
#include "worker/sandbox.hpp"

#ifdef __SANITIZE_ADDRESS__
// The sandbox does not let the leak sanitizer look, and a plugin that calls exit() would seem to fail.
extern "C" int __lsan_is_turned_off() { return 1; } // NOLINT(bugprone-reserved-identifier)
#endif

namespace {

constexpr int usageError = 64;

// The host hears frames and nothing else, so a plugin's chatter goes nowhere.
void quiet() {
    const int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (const int fd : {0, 1, 2}) dup2(nowhere, fd);
    if (nowhere > 2) close(nowhere);
}

// A sanitizer's handlers would make an ordinary end of a crash.
void crashPlainly() {
    for (const int fatal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT}) std::signal(fatal, SIG_DFL);
}

std::string reason(const probehost::PluginImage& plugin, probehost::HostLink& link) {
    using namespace probehost;
    try {
        const PluginLibrary library(plugin, link.table());
        CheckServer(library, link).serve();
        return "";
    } catch (const std::exception& refused) {
        return refused.what();
    } catch (...) {
        return "its entry function threw an exception";
    }
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2 && argc != 3) return usageError;
    quiet();
    crashPlainly();
    mallopt(M_ARENA_MAX, 1); // the address space is limited, and few threads are busy at once
    probehost::enterSandbox();
    static probehost::HostLink link;
    const auto why = reason(probehost::PluginImage::inherited(argv[1], argc == 3 ? probehost::workerImage : -1), link);
    if (!why.empty()) link.send(probehost::FrameWriter(probehost::FrameType::Refused).text(why));
    _exit(why.empty() ? 0 : 1); // no destructor of the plugin's gets a say
}
