// Counts connections per client network, in memory that does not grow with their number.
#pragma once

#include <array>
#include <cstdint>
#include <random>

namespace probehost {

// Networks are hashed into a fixed table with a random key; the rare collision makes two of them share one count.
class AddressShare {
  public:
    AddressShare() : key_(std::random_device{}() | 1U | uint64_t{std::random_device{}()} << 32U) {}

    uint32_t& of(uint64_t network) { return counts_[(network * key_ >> 32U) * 0x9E3779B1U >> 8U & mask]; }

  private:
    static constexpr std::size_t mask = (1U << 14U) - 1;

    uint64_t key_;
    std::array<uint32_t, mask + 1> counts_{};
};

} // namespace probehost
