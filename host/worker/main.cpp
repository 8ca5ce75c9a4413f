// probehost-worker: runs plugin code in a process of its own. Nobody's to call but probehost's.
//
//   probehost-worker try FILE    opens a plugin and asks its entry function; says on descriptor 3 "ok" or why not
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <initializer_list>
#include <string>

#include "plugin/plugin_host.hpp"
#include "plugin/plugin_library.hpp"

namespace {

constexpr int reportFd = 3;
constexpr int usageError = 64;

class DeafServices final : public probehost::PluginServices {
  public:
    void log(probehost::Level, std::string_view) override {}
    int32_t appState(std::string_view, int64_t&) override { return PH_APP_UNSET; }
};

int report(const std::string& text, int status) {
    const ssize_t written = write(reportFd, text.data(), text.size());
    _exit(written < 0 ? 1 : status); // no destructor of the plugin's gets a say
}

// The host reads nothing but the report, so a plugin's chatter goes nowhere.
void quiet() {
    const int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (const int fd : {0, 1, 2}) dup2(nowhere, fd);
}

// A sanitizer's handlers would make an ordinary end of a crash.
void crashPlainly() {
    for (const int fatal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT}) signal(fatal, SIG_DFL);
}

int tryPlugin(const char* file) {
    static DeafServices services;
    static const probehost::PluginHost host(services);
    try {
        const probehost::PluginLibrary library(file, host.table());
        return report("ok", 0);
    } catch (const std::exception& refused) {
        return report(refused.what(), 1);
    } catch (...) {
        return report("its entry function threw an exception", 1);
    }
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 3 || std::strcmp(argv[1], "try") != 0) return usageError;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const rlimit noCore = {0, 0};
    setrlimit(RLIMIT_CORE, &noCore);
    crashPlainly();
    quiet();
    return tryPlugin(argv[2]);
}
