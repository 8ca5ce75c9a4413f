// A slot's generation grows each time it is reused, so that an event for its last user finds nobody.
#include "http/connection_table.hpp"

#include <algorithm>
#include <memory>

namespace probehost {
namespace {

constexpr std::size_t searchDepth = 256;
constexpr int graceParts = 20; // a probe needs less than this part of its time to send its request

struct Expendable {
    State state;
    bool sparesNewcomers = false;
};

constexpr std::array expendables = {
    Expendable{State::Forgotten}, Expendable{State::Ending, true},    Expendable{State::Lingering},
    Expendable{State::Idle},      Expendable{State::Receiving, true}, Expendable{State::Writing, true},
    Expendable{State::Parked},    Expendable{State::Receiving},       Expendable{State::Writing},
    Expendable{State::Ending},
};

uint32_t eventsOf(State state) {
    switch (state) {
        case State::Receiving:
        case State::Forgotten:
        case State::Idle:
        case State::Lingering:
            return EPOLLIN;
        case State::Writing: // once each time room is made: out of memory, the kernel has no room and says it had
            return EPOLLOUT | EPOLLET;
        default:
            return 0; // the kernel still tells of a reset
    }
}

} // namespace

ConnectionTable::ConnectionTable(const Limits& limits, Epoll& epoll, Counters& counters)
    : limits_(limits), epoll_(epoll), counters_(counters) {}

ConnectionTable::~ConnectionTable() { closeAll(); }

void ConnectionTable::closeAll() {
    for (Block& block : blocks_)
        for (Connection& connection : block)
            if (connection.isOpen()) close(connection);
}

void ConnectionTable::addBlock() {
    const auto first = static_cast<uint32_t>(blocks_.size() * blockSize);
    blocks_.emplace_back();
    for (uint32_t index = first + blockSize; index-- > first;) {
        slot(index).index = index;
        free_.push_back(index);
    }
}

Connection& ConnectionTable::open(int fd, const SocketAddress& peer, bool admin) {
    if (free_.empty()) addBlock();
    Connection& connection = slot(free_.back());
    free_.pop_back();
    connection.fd = fd;
    connection.peer = peer;
    connection.admin = admin;
    if (!admin) ++share_.of(peer.network());
    counters_.set(Count::Open, size());
    return connection;
}

void ConnectionTable::close(Connection& connection) {
    if (connection.list != nullptr) connection.list->remove(connection);
    if (!connection.admin) --share_.of(connection.peer.network());
    letGo(connection);
    ::close(connection.fd);
    const uint32_t index = connection.index;
    const uint32_t generation = connection.generation + 1;
    std::destroy_at(&connection); // an assignment would keep the room that its strings have
    std::construct_at(&connection);
    connection.index = index;
    connection.generation = generation;
    free_.push_back(index);
    counters_.set(Count::Open, size());
    counters_.set(Count::ParkedNow, in(State::Parked).size());
}

bool ConnectionTable::hold(Connection& connection, std::size_t bytes) {
    letGo(connection);
    if (held_ + bytes > limits_.heldBytes) return false;
    held_ += bytes;
    connection.held = bytes;
    return true;
}

bool ConnectionTable::holdHead(Connection& connection, std::size_t bytes) {
    heldHeads_ -= std::exchange(connection.heldHead, 0);
    if (heldHeads_ + bytes > limits_.heldHeadBytes) return false;
    heldHeads_ += bytes;
    connection.heldHead = bytes;
    return true;
}

void ConnectionTable::letGo(Connection& connection) {
    held_ -= std::exchange(connection.held, 0);
    heldHeads_ -= std::exchange(connection.heldHead, 0);
}

void ConnectionTable::reset(Connection& connection) {
    const linger atOnce{1, 0};
    ::setsockopt(connection.fd, SOL_SOCKET, SO_LINGER, &atOnce, sizeof atOnce);
    close(connection);
}

Connection* ConnectionTable::find(uint64_t key) {
    const auto index = static_cast<uint32_t>(key);
    if (index >= blocks_.size() * blockSize) return nullptr;
    Connection& connection = slot(index);
    return connection.isOpen() && connection.key() == key ? &connection : nullptr;
}

void ConnectionTable::enter(Connection& connection, State state, Clock::time_point deadline) {
    if (connection.list != nullptr) connection.list->remove(connection);
    connection.state = state;
    in(state).add(connection, deadline);
    counters_.set(Count::ParkedNow, in(State::Parked).size());
}

void ConnectionTable::watch(Connection& connection) {
    const uint32_t events = eventsOf(connection.state);
    if (connection.registered && connection.watched == events) return;
    const bool known = connection.registered ? epoll_.change(connection.fd, events, connection.key())
                                             : epoll_.add(connection.fd, events, connection.key());
    connection.registered = true;
    connection.watched = events;
    if (!known) close(connection);
}

Connection* ConnectionTable::leastUseful(Clock::time_point now) const {
    for (const auto [state, sparesNewcomers] : expendables) {
        Connection* oldest = in(state).front();
        if (oldest != nullptr && !(sparesNewcomers && isNewcomer(*oldest, now))) return oldest;
    }
    return nullptr;
}

Connection* ConnectionTable::leastUsefulOf(uint64_t network, Clock::time_point now) const {
    for (const auto [state, sparesNewcomers] : expendables) {
        Connection* candidate = in(state).front();
        for (std::size_t i = 0; i < searchDepth && candidate != nullptr; ++i, candidate = candidate->next) {
            if (sparesNewcomers && isNewcomer(*candidate, now)) break;
            if (!candidate->admin && candidate->peer.network() == network) return candidate;
        }
    }
    return nullptr;
}

Connection* ConnectionTable::oldestLongHead() const {
    Connection* candidate = in(State::Receiving).front();
    for (std::size_t i = 0; i < searchDepth && candidate != nullptr; ++i, candidate = candidate->next)
        if (candidate->heldHead > 0) return candidate;
    return nullptr;
}

// Receiving, writing and ending have their whole time ahead of them when they begin.
bool ConnectionTable::isNewcomer(const Connection& connection, Clock::time_point now) const {
    const auto whole = connection.state == State::Receiving ? limits_.headTime : limits_.writeTime;
    return now - (connection.deadline - whole) < whole / graceParts;
}

ConnectionTable::Clock::time_point ConnectionTable::nextDeadline() const {
    Clock::time_point next = Clock::time_point::max();
    for (const ConnectionList& list : lists_)
        if (list.front() != nullptr) next = std::min(next, list.front()->deadline);
    return next;
}

} // namespace probehost
