// Probes as a kubelet sends them, each on a new connection, and how long they took.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace attack {

struct Measured {
    int failed = 0;
    std::vector<double> milliseconds; // of the others, in order

    double quantile(double part) const;
};

Measured probe(uint16_t port, int count, int perSecond, std::chrono::seconds longest);

} // namespace attack
