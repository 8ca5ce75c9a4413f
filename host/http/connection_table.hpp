// All connections: opened, watched, moved between states, closed, and chosen when one has to go.
#pragma once

#include <array>
#include <deque>
#include <vector>

#include "http/address_share.hpp"
#include "http/connection.hpp"
#include "http/counters.hpp"
#include "http/epoll.hpp"
#include "http/limits.hpp"

namespace probehost {

class ConnectionTable {
  public:
    using Clock = std::chrono::steady_clock;

    ConnectionTable(const Limits& limits, Epoll& epoll, Counters& counters);
    ~ConnectionTable();

    Connection& open(int fd, const SocketAddress& peer, bool admin);
    void close(Connection& connection);
    void closeAll();
    void reset(Connection& connection); // closes without waiting for the client to take what was sent

    // The connection an event's key names, unless it is gone.
    Connection* find(uint64_t key);

    void enter(Connection& connection, State state, Clock::time_point deadline);

    // Tells epoll what the connection's state waits for. Closes it where epoll has no room.
    void watch(Connection& connection);

    // The connection whose loss hurts least: forgotten, lingering, then the longest idle, then the longest without a
    // whole head or slow to take its answer, then the longest waiting for results. Who has only just come is spared
    // while others are left.
    Connection* leastUseful(Clock::time_point now) const;
    // The same among those of one network, as far as a short search finds one.
    Connection* leastUsefulOf(uint64_t network, Clock::time_point now) const;

    // Of those with a long unfinished head one of the longest at it, as far as a short search finds one.
    Connection* oldestLongHead() const;

    // Counts bytes of a body or an answer, or of a head, against what all connections together may hold of these. False
    // when that would be too much.
    bool hold(Connection& connection, std::size_t bytes);
    bool holdHead(Connection& connection, std::size_t bytes);
    void letGo(Connection& connection);

    bool isFull() const { return size() >= limits_.connections; }
    bool hasItsShare(uint64_t network) { return limits_.perAddress > 0 && share_.of(network) >= limits_.perAddress; }
    std::size_t size() const { return blocks_.size() * blockSize - free_.size(); }
    ConnectionList& in(State state) { return lists_[std::size_t(state)]; }
    const ConnectionList& in(State state) const { return lists_[std::size_t(state)]; }

    // When the next deadline of any connection is.
    Clock::time_point nextDeadline() const;

  private:
    bool isNewcomer(const Connection& connection, Clock::time_point now) const;

    const Limits& limits_;
    Epoll& epoll_;
    Counters& counters_;
    // Slots lie together, apart from what connections hold for a while, so that the memory of that can be given back.
    static constexpr uint32_t blockSize = 64;
    using Block = std::array<Connection, blockSize>;
    Connection& slot(uint32_t index) { return blocks_[index / blockSize][index % blockSize]; }
    void addBlock();

    std::deque<Block> blocks_;
    std::vector<uint32_t> free_;
    std::array<ConnectionList, std::size_t(State::End)> lists_;
    AddressShare share_;
    std::size_t held_ = 0;
    std::size_t heldHeads_ = 0;
};

} // namespace probehost
