// Checkers written with the C++ wrapper: what it lets through, and what it stops at the boundary.
#include <probehost/ext/app_state.h>
#include <probehost/checker.hpp>

namespace {

using namespace probehost::sdk;
using namespace std::chrono_literals;

struct Good {
    static constexpr auto info = Info("good", "Passes")
                                     .schema(R"({"type":"object"})")
                                     .about(R"({"docs":"https://example.org"})")
                                     .probes(PH_PROBE_LIVE | PH_PROBE_STARTED)
                                     .timeout(700ms)
                                     .interval(8s)
                                     .maxAge(90ms)
                                     .local();
    explicit Good(const Settings& settings) { settings.log().info("created"); }
    Verdict check(Run& run) {
        run.fact("peer", "127.0.0.1");
        run.fact("attempts", 2, "times");
        run.fact("once", run.once() ? "yes" : "no");
        return pass("answered in time");
    }
};

struct Memory {
    static constexpr auto info = Info("memory", "Does no I/O").noIo();
    explicit Memory(const Settings&) {}
    Verdict check(Run&) { return warn("Getting full", "93 %"); }
};

// Refuses to be created in the way that its setting says.
struct Refuses {
    static constexpr auto info = Info("refuses", "Throws when it is created");
    explicit Refuses(const Settings& settings) {
        const auto how = settings.text("how");
        if (how == "config") throw ConfigError("port: expected 1 to 65535, not " + settings.text("port"));
        if (how == "runtime") throw std::runtime_error("no memory for " + settings.text("port"));
        if (how == "int") throw 42;
        if (how == "garbled") throw ConfigError("port: \xFF");
        if (how == "empty") throw ConfigError("");
    }
    Verdict check(Run&) { return pass(); }
};

// Its run ends in the way that its setting says.
class Throws {
  public:
    static constexpr auto info = Info("throws", "Throws when it runs");
    explicit Throws(const Settings& settings) : how_(settings.text("how")), secret_(settings.text("password")) {}
    Verdict check(Run&) {
        if (how_ == "runtime") throw std::runtime_error("vendor failed with " + secret_);
        if (how_ == "int") throw 42;
        if (how_ == "cancelled") throw Cancelled();
        if (how_ == "long") throw std::runtime_error(std::string(2040, '.') + secret_);
        return {};
    }

  private:
    std::string how_, secret_;
};

// Says what it read of its settings.
class Reads {
  public:
    static constexpr auto info = Info("reads", "Tells its settings");
    explicit Reads(const Settings& settings) {
        const auto flag = [&](const char* name) { return settings.flag(name) ? "1" : "0"; };
        text_ = settings.text("url", "none") + "|" + settings.text("missing", "absent") + "|" +
                settings.text("/tls/ca_file") + "|" + settings.text("/urls/1") + "|" +
                std::to_string(settings.integer("port", 1)) + "|" + std::to_string(settings.integer("missing", 7)) +
                "|" + flag("yes") + flag("no") + flag("missing") + "|" +
                std::to_string(settings.duration("wait", 0ms).count()) + "|" +
                std::to_string(settings.duration("missing", 5ms).count()) + "|" +
                (settings.find("empty") ? "empty" : "nothing") + "|" + (settings.find("tls") ? "object" : "nothing");
    }
    Verdict check(Run&) { return pass(text_); }

  private:
    std::string text_;
};

// Says its password wherever something can be said.
class Leaks {
  public:
    static constexpr auto info = Info("leaks", "Tells its password");
    explicit Leaks(const Settings& settings)
        : password_(settings.text("password")), before_(settings.integer("before", 0)) {}
    Verdict check(Run& run) {
        const std::string text = std::string(static_cast<size_t>(before_), '.') + password_ + " and more";
        run.fact("password", text);
        run.fact(password_.c_str(), "a key");
        return fail(text, text);
    }

  private:
    std::string password_;
    long before_;
};

// Waits for its cancel, or its deadline.
struct Waits {
    static constexpr auto info = Info("waits", "Waits");
    explicit Waits(const Settings&) {}
    Verdict check(Run& run) {
        run.wait(-1, 0);
        return pass();
    }
};

// Asks the host what the application said.
class Application {
  public:
    static constexpr auto info = Info("application", "Asks for the state of a key");
    explicit Application(const Settings& settings)
        : host_(settings.host()),
          app_(settings.extension<ph_app_state_1>(PH_EXT_APP_STATE_1)),
          other_(settings.extension<void>("probehost.unheard-of/1")) {}
    Verdict check(Run&) {
        if (app_ == nullptr || other_ != nullptr) return fail("Wrong extensions");
        int64_t age = -1;
        const std::string_view key = "embedding";
        const int32_t state = app_->state(host_, key.data(), key.size(), &age);
        const int32_t unset = app_->state(host_, "other", 5, nullptr);
        return pass(std::to_string(state) + " " + std::to_string(age) + " " + std::to_string(unset));
    }

  private:
    const ph_host* host_;
    const ph_app_state_1* app_;
    const void* other_;
};

} // namespace

PROBEHOST_PLUGIN("wrapped", "2.0.0", Good, Memory, Refuses, Throws, Reads, Leaks, Waits, Application)
