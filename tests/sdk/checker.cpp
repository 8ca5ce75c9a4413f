// The C++ wrapper, with everything in it used once.
#include <probehost/ext/app_state.h>
#include <probehost/checker.hpp>

namespace {

using namespace probehost::sdk;

class Everything {
  public:
    static constexpr auto info = Info("everything", "Uses it all")
                                     .schema(R"({"type":"object"})")
                                     .about(R"({"docs":"https://example.org"})")
                                     .probes(PH_PROBE_READY)
                                     .timeout(milliseconds(1))
                                     .interval(milliseconds(2))
                                     .maxAge(milliseconds(3))
                                     .local()
                                     .noIo();

    explicit Everything(const Settings& settings)
        : log_(settings.log()), app_(settings.extension<ph_app_state_1>(PH_EXT_APP_STATE_1)) {
        if (!settings.find("url")) throw ConfigError("url: expected");
        if (settings.text("a").empty() && settings.integer("b", 1) == 2 && settings.flag("c")) log_.warn("odd");
        if (settings.duration("d", milliseconds(1)).count() > 1) log_.info("long");
    }

    Verdict check(Run& run) {
        run.fact("text", "value");
        run.fact("number", 1.5, "ms");
        if (run.once() && run.wait(-1, POLLIN) != 0) return warn("Slow");
        if (run.waitFor(-1, POLLIN, milliseconds(1))) return fail("Failed", "why");
        const auto inner = run.within(milliseconds(1));
        if (inner.passed() || inner.at() < Deadline::now() || inner.cancelFd() < 0) throw Cancelled();
        const auto outer = Deadline::in(milliseconds(1));
        return outer.remaining() > inner.remaining() && app_ != nullptr ? pass("detail") : pass();
    }

  private:
    Log log_;
    const ph_app_state_1* app_;
};

class Another {
  public:
    static constexpr auto info = Info("another", "A second checker");
    explicit Another(const Settings& settings) : host_(settings.host()) {}
    Verdict check(Run&) { return host_ == nullptr ? Verdict() : pass(); }

  private:
    const ph_host* host_;
};

} // namespace

PROBEHOST_PLUGIN("everything", "1.0.0", Everything, Another)
