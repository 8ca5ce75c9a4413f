// Promises move from those who ask to the reload that serves them.
#include "server/reload_requests.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <iterator>
#include <system_error>
#include <utility>

namespace probehost {

ReloadRequests::ReloadRequests() : asked_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (asked_ < 0) throw std::system_error(errno, std::generic_category(), "reloads cannot be asked for");
}

ReloadRequests::~ReloadRequests() { close(asked_); }

std::future<ReloadOutcome> ReloadRequests::ask() {
    const std::scoped_lock lock(mutex_);
    auto outcome = fresh_.emplace_back().get_future();
    eventfd_write(asked_, 1);
    return outcome;
}

bool ReloadRequests::take(bool underWay) {
    eventfd_t count = 0;
    if (eventfd_read(asked_, &count) != 0) return false;
    const std::scoped_lock lock(mutex_);
    auto& taker = underWay ? waitingForNext_ : waiting_;
    std::move(fresh_.begin(), fresh_.end(), std::back_inserter(taker));
    fresh_.clear();
    return true;
}

void ReloadRequests::answer(const ReloadOutcome& outcome) {
    for (auto& promise : waiting_) promise.set_value(outcome);
    waiting_ = std::exchange(waitingForNext_, {});
}

} // namespace probehost
