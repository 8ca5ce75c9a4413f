// The counters' names, as metrics and the status page show them.
#include "http/counters.hpp"

namespace probehost {

const char* name(Count count) {
    static constexpr std::array<const char*, std::size_t(Count::End)> names = {"accepted",
                                                                               "open",
                                                                               "probes_answered",
                                                                               "forwarded",
                                                                               "forwards_refused",
                                                                               "bad_requests",
                                                                               "evicted",
                                                                               "over_share",
                                                                               "out_of_descriptors",
                                                                               "deadline_closes",
                                                                               "idle_closes",
                                                                               "parked",
                                                                               "parked_now",
                                                                               "parked_overflow",
                                                                               "waits_expired",
                                                                               "foreign_peers",
                                                                               "loop_stall_max_us"};
    return names[std::size_t(count)];
}

} // namespace probehost
