// One client's connection: what it has sent, what it is owed, and when its patience or ours ends.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "http/memory_socket.hpp"
#include "http/rendered_answers.hpp"
#include "http/socket_address.hpp"

namespace probehost {

enum class State : uint8_t {
    Receiving, // a request is on its way, or the first one is awaited
    Forgotten, // its unfinished head gave its room to others; whatever it says next is refused
    Idle,      // kept alive between requests
    Parked,    // its probe waits for fresher results
    Handling,  // its request is with a handler
    Writing,   // the client is slow to take its answer
    Lingering, // answered for the last time; what still comes is thrown away, lest a reset destroys the answer
    Ending,    // the same of one that asks without end: nothing more is read, so that it has to take its answers first
    End
};

class ConnectionList;

struct Connection {
    int fd = -1;
    uint32_t index = 0;
    uint32_t generation = 0; // tells a late event from one of this connection
    State state = State::Receiving;
    bool admin = false;
    bool unread = false;  // bytes beyond the last request have come, or may
    uint8_t burst = 0;    // requests taken from input without a pause
    uint32_t watched = 0; // the events epoll reports, and whether it knows the socket
    bool registered = false;
    SocketAddress peer;

    // The list of its state, in order of deadline.
    ConnectionList* list = nullptr;
    Connection* previous = nullptr;
    Connection* next = nullptr;
    std::chrono::steady_clock::time_point deadline;

    std::string input;       // bytes not yet understood
    std::size_t scanned = 0; // how many of them are the good start of a head
    std::size_t needed = 0;  // how many the request will have, once its head is known
    std::size_t discarded = 0;
    std::size_t held = 0; // its parts of what all connections together may hold
    std::size_t heldHead = 0;

    // The request that waits.
    std::chrono::steady_clock::time_point arrival;
    Variant variant;
    std::unique_ptr<Exchange> exchange;

    // The answer that is being written, and what keeps its bytes alive.
    std::string_view rest;
    std::string ownAnswer;
    std::shared_ptr<const RenderedAnswers> sharedAnswer;

    bool isOpen() const { return fd >= 0; }
    // No further request is read.
    bool isClosing() const { return variant.persistence == Persistence::None; }
    void closeAfterAnswer() { variant.persistence = Persistence::None; }
    uint64_t key() const { return uint64_t{generation} << 32U | index; }
};

// Connections of one state by deadline. One is nearly always added last: all of a list have the same patience, or are
// given that of latest().
class ConnectionList {
  public:
    void add(Connection& connection, std::chrono::steady_clock::time_point deadline);
    void remove(Connection& connection);
    Connection* front() const { return first_; }
    std::size_t size() const { return size_; }
    std::chrono::steady_clock::time_point latest() const;

  private:
    Connection* first_ = nullptr;
    Connection* last_ = nullptr;
    std::size_t size_ = 0;
};

} // namespace probehost
