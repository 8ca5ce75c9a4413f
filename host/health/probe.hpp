// The three questions an orchestrator asks, and sets of them.
#pragma once

#include <array>
#include <cstdint>

namespace probehost {

enum class Probe : uint8_t { Live, Ready, Started };

inline constexpr std::array allProbes = {Probe::Live, Probe::Ready, Probe::Started};

constexpr std::size_t index(Probe probe) { return static_cast<std::size_t>(probe); }
constexpr const char* name(Probe probe) { return std::array{"live", "ready", "started"}[index(probe)]; }

// A set of probes; its bits are those of PH_PROBE_… in the plugin ABI.
class ProbeSet {
  public:
    constexpr ProbeSet() = default;
    constexpr explicit ProbeSet(uint32_t bits) : bits_(bits & 7U) {}
    constexpr void add(Probe probe) { bits_ |= 1U << index(probe); }
    constexpr bool has(Probe probe) const { return (bits_ >> index(probe) & 1U) != 0; }
    constexpr bool empty() const { return bits_ == 0; }
    constexpr uint32_t bits() const { return bits_; }

  private:
    uint32_t bits_ = 0;
};

} // namespace probehost
