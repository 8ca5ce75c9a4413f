// Condition variables behind plain words.
#include "gate.hpp"

namespace probehost::test {

void Gate::open() {
    const std::scoped_lock lock(mutex_); // to the end, because whoever passes may destroy the gate
    open_ = true;
    opened_.notify_all();
}

bool Gate::pass() {
    std::unique_lock lock(mutex_);
    return opened_.wait_for(lock, patience, [this] { return open_; });
}

bool Meeting::join() {
    std::unique_lock lock(mutex_);
    if (--missing_ <= 0) all_.notify_all();
    return all_.wait_for(lock, patience, [this] { return missing_ <= 0; });
}

} // namespace probehost::test
