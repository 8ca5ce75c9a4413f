// Work that must not happen inside a run: a thread that repeats a step until its check ends.
#include "net/background.hpp"

#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

namespace probehost::net {
namespace {

// Signals are the host's: a thread of ours must never be the one that gets them.
class SignalsBlocked {
  public:
    SignalsBlocked() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;

  private:
    sigset_t before_{};
};

} // namespace

Event::Event() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

Event::~Event() { close(fd_); }

void Event::raise() noexcept { eventfd_write(fd_, 1); }

void Event::lower() const noexcept {
    eventfd_t count = 0;
    eventfd_read(fd_, &count);
}

bool Event::raised() const {
    pollfd state = {fd_, POLLIN, 0};
    return poll(&state, 1, 0) > 0;
}

Background::Background(std::string name, Step step) : name_(std::move(name)), step_(std::move(step)) {}

Background::~Background() {
    stop_.raise();
    if (thread_.joinable()) thread_.join();
}

void Background::start() {
    if (thread_.joinable()) return;
    const SignalsBlocked blocked;
    thread_ = std::thread([this] { loop(); });
    pthread_setname_np(thread_.native_handle(), name_.c_str());
}

void Background::wake() noexcept { wake_.raise(); }

void Background::loop() const {
    while (restFor(once())) {
    }
}

bool Background::restFor(sdk::milliseconds time) const {
    pollfd ends[] = {{stop_.fd(), POLLIN, 0}, {wake_.fd(), POLLIN, 0}};
    poll(ends, 2, static_cast<int>(std::clamp<int64_t>(time.count(), 0, 86400000)));
    if (ends[1].revents != 0) wake_.lower();
    return ends[0].revents == 0;
}

sdk::milliseconds Background::once() const {
    try {
        return step_(stop_.fd());
    } catch (...) {
        return std::chrono::seconds(1);
    }
}

} // namespace probehost::net
