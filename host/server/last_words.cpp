// Only what a signal handler may do: no memory, no lock, no library but write(2).
#include "server/last_words.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "plugin/plugin_call.hpp"

namespace probehost {

namespace {

struct Crash {
    int signal;
    std::string_view name;
    struct sigaction before {}; // a sanitizer's, or the default
};

std::array crashes = {Crash{SIGSEGV, "SIGSEGV"}, Crash{SIGBUS, "SIGBUS"}, Crash{SIGFPE, "SIGFPE"},
                      Crash{SIGILL, "SIGILL"}, Crash{SIGABRT, "SIGABRT"}};

// One write, so that lines of other threads do not come between.
class Line {
  public:
    Line& add(std::string_view text) {
        const std::size_t size = std::min(text.size(), text_.size() - size_);
        std::memcpy(text_.data() + size_, text.data(), size);
        size_ += size;
        return *this;
    }
    void write() const {
        if (::write(STDERR_FILENO, text_.data(), size_) < 0) return; // nobody is left to tell
    }

  private:
    std::array<char, 512> text_;
    std::size_t size_ = 0;
};

void sayWhere(std::string_view what) {
    const char* checker = PluginCall::checker();
    if (checker == nullptr) return;
    Line line;
    line.add("error: checker \"").add(std::string_view(checker).substr(0, 128)).add("\" ended the host: ").add(what);
    line.add("; with `isolation: process` it would have ended its own process only\n").write();
}

void crashed(int signal) {
    for (const Crash& crash : crashes) {
        if (crash.signal != signal) continue;
        sayWhere(crash.name);
        sigaction(signal, &crash.before, nullptr);
    }
    raise(signal);
}

} // namespace

void leaveLastWords() {
    PluginCall::guardStacks();
    for (Crash& crash : crashes) {
        struct sigaction action {};
        action.sa_handler = crashed;
        action.sa_flags = SA_ONSTACK;
        sigaction(crash.signal, &action, &crash.before);
    }
    std::atexit([] { sayWhere("exit()"); });
}

} // namespace probehost
