// The same in C++ with the wrapper.
#include <probehost/checker.hpp>

namespace {

class Consumer {
  public:
    static constexpr auto info = probehost::sdk::Info("consumer", "Tells its setting").schema(R"({"type":"object"})");
    explicit Consumer(const probehost::sdk::Settings& settings) : answer_(settings.text("answer")) {}
    probehost::sdk::Verdict check(probehost::sdk::Run&) { return probehost::sdk::pass("the answer is " + answer_); }

  private:
    std::string answer_;
};

} // namespace

PROBEHOST_PLUGIN("consumer", "1.0.0", Consumer)
