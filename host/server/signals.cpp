// signalfd(2).
#include "server/signals.hpp"

#include <pthread.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>

namespace probehost {

namespace {

sigset_t setOf(std::initializer_list<int> numbers) {
    sigset_t set;
    sigemptyset(&set);
    for (const int number : numbers) sigaddset(&set, number);
    return set;
}

} // namespace

void blockSignals() {
    const auto set = setOf({SIGTERM, SIGINT, SIGHUP});
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGCHLD, SIG_DFL); // where it is ignored, which is inherited, nobody is told how a worker ended
}

SignalDescriptor::SignalDescriptor(std::initializer_list<int> numbers) {
    const auto set = setOf(numbers);
    fd_ = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "signals cannot be received");
}

SignalDescriptor::~SignalDescriptor() { close(fd_); }

int SignalDescriptor::next() const {
    signalfd_siginfo info{};
    return read(fd_, &info, sizeof(info)) == sizeof(info) ? static_cast<int>(info.ssi_signo) : 0;
}

} // namespace probehost
