// What the front grants to strangers: sizes, times and numbers, each a setting with a safe default.
#pragma once

#include <chrono>
#include <cstddef>

namespace probehost {

struct HeadLimits {
    std::size_t headBytes = 8192;
    std::size_t uriBytes = 2048;
    std::size_t fields = 64;
};

struct Limits {
    HeadLimits head;
    std::size_t bodyBytes = 65536;
    std::size_t heldBytes = 16U << 20U;     // bodies still arriving and handlers' answers not yet taken, of all clients
    std::size_t heldHeadBytes = 24U << 20U; // long heads still arriving, and requests behind one that waits, likewise

    // Clients are accepted with their first byte, or after this time: until then the kernel keeps those that say
    // nothing. At once while there are slow clients, and where headTime is shorter, so that it is kept to.
    std::chrono::seconds silence{1};
    // A whole request head has to arrive within headTime of its first byte, or of its accept; a body likewise.
    std::chrono::milliseconds headTime{1400};
    std::chrono::milliseconds keepAlive{5000};
    std::chrono::milliseconds writeTime{2000};
    std::chrono::milliseconds handlerTime{10000};
    std::chrono::milliseconds lingerTime{1000};

    std::size_t connections = 12000; // lowered to what RLIMIT_NOFILE leaves
    std::size_t perAddress = 10800;  // an IPv4 address or an IPv6 /64; at most nine tenths of connections; 0 is off
    std::size_t parked = 4096;       // at most half of connections; past it, probes get the latest answer at once
    int backlog = 4096;

    int handlerThreads = 8;
    int adminThreads = 4;
    std::size_t handlerQueue = 64;
};

} // namespace probehost
