// The least that a check can do.
#include <probehost/checker.hpp>

class Passing {
  public:
    static constexpr auto info = probehost::sdk::Info("passing", "Passes");
    explicit Passing(const probehost::sdk::Settings&) {}
    static probehost::sdk::Verdict check(probehost::sdk::Run&) { return probehost::sdk::pass(); }
};

PROBEHOST_PLUGIN("passing", "1.0.0", Passing)
