// The front alone, with answers that never change: something to attack. Prints its port and process, then its counters.
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <iostream>

#include "http/front.hpp"

using namespace probehost;

int main() {
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
    sigset_t ending;
    ::sigemptyset(&ending);
    ::sigaddset(&ending, SIGTERM);
    ::sigaddset(&ending, SIGINT);
    ::pthread_sigmask(SIG_BLOCK, &ending, nullptr);

    const std::atomic<int64_t> beat = INT64_MAX / 2;
    FrontOptions options;
    options.listen = {{"127.0.0.1:0"}};
    Front front(std::move(options), beat);
    front.start();
    std::cout << front.port() << " " << ::getpid() << std::endl;

    int signal = 0;
    ::sigwait(&ending, &signal);
    front.stop();
    for (std::size_t i = 0; i < std::size_t(Count::End); ++i)
        std::cout << name(Count(i)) << " " << front.counters()[Count(i)] << "\n";
}
