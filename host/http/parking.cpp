// Probes that wait for fresher results hold a place in a list and nothing else.
#include "http/request_server.hpp"

namespace probehost {
namespace {

// So that a thousand waiting probes, or clients whose time is up, do not hold up a new one.
constexpr int releasesPerTurn = 64;
constexpr int expiriesPerTurn = 4;
constexpr std::chrono::milliseconds late{10}; // from here on all that a turn has room for

} // namespace

// True when the connection now waits. Only readiness ever does.
bool RequestServer::park(Connection& connection, Probe probe) {
    if (now_ <= answers_->freshUntil(probe) || settings_->wait.count() <= 0) return false;
    if (table_.in(State::Parked).size() >= limits_.parked) {
        counters_.add(Count::ParkedOverflow);
        return false;
    }
    counters_.add(Count::Parked);
    connection.arrival = now_;
    table_.enter(connection, State::Parked, now_ + settings_->wait);
    newWaiters_ = true;
    return true;
}

void RequestServer::unpark(Connection& connection) {
    if (connection.exchange) {
        forward(connection);
    } else {
        answerProbe(connection, Probe::Ready);
    }
    if (connection.isOpen() && connection.state == State::Receiving) resume(connection);
    settle(connection);
}

bool RequestServer::hasParkedToRelease() const {
    const Connection* first = table_.in(State::Parked).front();
    return first != nullptr && first->arrival <= answers_->freshUntil(Probe::Ready);
}

void RequestServer::releaseParked() {
    for (int i = 0; i < releasesPerTurn && hasParkedToRelease(); ++i) unpark(*table_.in(State::Parked).front());
}

bool RequestServer::isDue(const ConnectionList& list) const {
    return list.front() != nullptr && list.front()->deadline <= now_;
}

void RequestServer::expire() {
    for (uint8_t state = 0; state < static_cast<uint8_t>(State::End); ++state) {
        const ConnectionList& list = table_.in(static_cast<State>(state));
        const bool isLate = list.front() != nullptr && now_ - list.front()->deadline > late;
        for (int most = isLate ? releasesPerTurn : expiriesPerTurn; most > 0 && isDue(list); --most)
            expire(*list.front());
    }
}

// Who has sent nothing is closed in silence: an answer would be taken for that of a request still on its way. Who has
// sent half a request learns why it failed.
void RequestServer::expire(Connection& connection) {
    if (connection.state == State::Parked) {
        counters_.add(Count::WaitsExpired);
        return unpark(connection);
    }
    counters_.add(connection.state == State::Idle ? Count::IdleCloses : Count::DeadlineCloses);
    const bool halfSent =
        connection.state == State::Forgotten || (connection.state == State::Receiving && !connection.input.empty());
    if (halfSent || connection.state == State::Handling) {
        connection.closeAfterAnswer();
        refuse(connection, halfSent ? 408 : 504, halfSent ? Method::Other : connection.variant.method);
        if (connection.isOpen()) table_.watch(connection);
    } else if (connection.state == State::Writing) {
        table_.reset(connection);
    } else {
        table_.close(connection);
    }
}

bool RequestServer::evict() {
    Connection* victim = table_.leastUseful(now_);
    if (victim == nullptr) return false;
    sacrifice(*victim);
    return true;
}

bool RequestServer::evictOf(uint64_t network) {
    Connection* victim = table_.leastUsefulOf(network, now_);
    if (victim == nullptr) return false;
    sacrifice(*victim);
    return true;
}

// A waiting probe still gets the latest answer; the others get nothing.
void RequestServer::sacrifice(Connection& connection) {
    counters_.add(Count::Evicted);
    if (connection.state == State::Parked) {
        connection.closeAfterAnswer();
        connection.input.clear();
        unpark(connection);
    } else if (connection.state == State::Idle) {
        table_.close(connection);
    } else {
        table_.reset(connection);
    }
}

void RequestServer::beginStop() {
    while (Connection* waiting = table_.in(State::Parked).front()) sacrifice(*waiting);
    stopping_ = true;
    for (const State state : {State::Idle, State::Forgotten, State::Lingering, State::Ending})
        while (Connection* connection = table_.in(state).front()) table_.close(*connection);
}

} // namespace probehost
