// SPDX-License-Identifier: MIT-0
// A checker in C++17: write one class and one PROBEHOST_PLUGIN line. Header-only; no standard type crosses the ABI.
//
//   class PingCheck {
//     public:
//       static constexpr auto info = probehost::sdk::Info("ping", "Answers PING").schema(R"({"type":"object"})");
//       explicit PingCheck(const probehost::sdk::Settings& settings);     // throws ConfigError
//       probehost::sdk::Verdict check(probehost::sdk::Run& run);          // anything thrown is unhealthy
//   };
//   PROBEHOST_PLUGIN("ping", "1.0.0", PingCheck)
#pragma once

#include <probehost/abi.h>
#include <probehost/deadline.hpp>

#include <chrono>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace probehost::sdk {
inline namespace v1 {

// Thrown by a checker's constructor: a setting is wrong. The text names the key and what was expected, never a secret.
struct ConfigError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// What a run says: `message` is for strangers (HTTP bodies), `detail` for operators (logs). Neither holds a secret.
struct [[nodiscard]] Verdict {
    int32_t status = PH_UNKNOWN;
    std::string message;
    std::string detail;
};

inline Verdict pass(std::string detail = {}) { return {PH_PASS, {}, std::move(detail)}; }
inline Verdict warn(std::string message, std::string detail = {}) {
    return {PH_WARN, std::move(message), std::move(detail)};
}
inline Verdict fail(std::string message, std::string detail = {}) {
    return {PH_FAIL, std::move(message), std::move(detail)};
}

// Writes to the host's log. Copyable; usable from any thread while its check lives.
class Log {
  public:
    explicit Log(const ph_host* host) : host_(host) {}
    void info(std::string_view text) const { write(PH_LOG_INFO, text); }
    void warn(std::string_view text) const { write(PH_LOG_WARN, text); }

  private:
    void write(int32_t level, std::string_view text) const {
        host_->log(host_, nullptr, level, text.data(), text.size());
    }
    const ph_host* host_;
};

// The settings of one check, already validated against the checker's schema. Alive only inside the constructor.
// Names are members of the top level ("url") or JSON pointers ("/tls/ca_file").
class Settings {
  public:
    Settings(const ph_host* host, const ph_settings* settings) : host_(host), settings_(settings) {}

    std::optional<std::string> find(const std::string& name) const {
        uint64_t length = 0;
        const auto pointer = name.rfind('/', 0) == 0 ? name : "/" + name;
        const char* text = host_->setting(settings_, pointer.c_str(), &length);
        return text == nullptr ? std::nullopt : std::optional(std::string(text, length));
    }
    std::string text(const std::string& name, const std::string& absent = {}) const {
        return find(name).value_or(absent);
    }
    long integer(const std::string& name, long absent) const {
        const auto value = find(name);
        return value ? std::strtol(value->c_str(), nullptr, 10) : absent;
    }
    bool flag(const std::string& name, bool absent = false) const {
        const auto value = find(name);
        return value ? *value == "true" : absent;
    }
    // A duration such as 800ms, 2s, 1m or 1h, of ten years at most.
    milliseconds duration(const std::string& name, milliseconds absent) const {
        const auto value = find(name);
        if (!value) return absent;
        if (value->empty() || value->front() < '0' || value->front() > '9') throw notADuration(name);
        char* unit = nullptr;
        const long count = std::strtol(value->c_str(), &unit, 10);
        const std::string_view suffix(unit);
        if (suffix == "ms") return multiplied(name, count, milliseconds(1));
        if (suffix == "s") return multiplied(name, count, std::chrono::seconds(1));
        if (suffix == "m") return multiplied(name, count, std::chrono::minutes(1));
        if (suffix == "h") return multiplied(name, count, std::chrono::hours(1));
        throw notADuration(name);
    }

    const ph_host* host() const { return host_; }
    Log log() const { return Log(host_); }

    // A host extension by its id, or nullptr where this host has none.
    template <typename T>
    const T* extension(const char* id) const {
        return static_cast<const T*>(host_->get_extension(host_, id));
    }

  private:
    // More would overflow where a deadline is counted in nanoseconds.
    static milliseconds multiplied(const std::string& name, long count, milliseconds unit) {
        constexpr milliseconds kLongest = std::chrono::hours(87600);
        if (count > kLongest / unit) throw ConfigError(name + ": expected at most 87600h");
        return count * unit;
    }
    static ConfigError notADuration(const std::string& name) {
        return ConfigError(name + ": expected a duration such as 800ms, 2s or 1m");
    }

    const ph_host* host_;
    const ph_settings* settings_;
};

// One run: its deadline, why it happens, and facts for operators.
class Run : public Deadline {
  public:
    Run(const ph_host* host, const ph_run_context* context)
        : Deadline(context->deadline_ns, context->cancel_fd), host_(host), context_(context) {}

    // True when nobody will ask again: background work is then waited for.
    bool once() const { return context_->reason == PH_REASON_ONCE; }
    void fact(const char* key, std::string_view text) const {
        host_->fact_text(context_->run, key, text.data(), text.size());
    }
    void fact(const char* key, double value, const char* unit = nullptr) const {
        host_->fact_number(context_->run, key, value, unit);
    }

  private:
    const ph_host* host_;
    const ph_run_context* context_;
};

// What a checker says of itself, as a constant: static constexpr auto info = Info("redis", "…").timeout(1000ms)…;
class Info {
    template <typename T>
    constexpr Info with(T Info::*member, T value) const {
        Info copy = *this;
        copy.*member = value;
        return copy;
    }
    static constexpr uint32_t count(milliseconds time) { return static_cast<uint32_t>(time.count()); }

  public:
    constexpr Info(const char* name, const char* summary) : name_(name), summary_(summary) {}

    constexpr Info schema(const char* json) const { return with(&Info::schema_, json); }
    // {"docs": "https://…", "example": {settings}}
    constexpr Info about(const char* json) const { return with(&Info::about_, json); }
    constexpr Info local() const { return with(&Info::scope_, uint32_t{PH_SCOPE_LOCAL}); }
    constexpr Info noIo() const { return with(&Info::flags_, flags_ | PH_CHECKER_NO_IO); }
    constexpr Info startsPrograms() const { return with(&Info::flags_, flags_ | PH_CHECKER_STARTS_PROGRAMS); }
    // PH_PROBE_LIVE | PH_PROBE_READY | PH_PROBE_STARTED
    constexpr Info probes(uint32_t set) const { return with(&Info::probes_, set); }
    constexpr Info timeout(milliseconds time) const { return with(&Info::timeout_ms_, count(time)); }
    constexpr Info interval(milliseconds time) const { return with(&Info::interval_ms_, count(time)); }
    constexpr Info maxAge(milliseconds time) const { return with(&Info::max_age_ms_, count(time)); }

    const char* name_;
    const char* summary_;
    const char* schema_ = R"({"type":"object","additionalProperties":false})";
    const char* about_ = nullptr;
    uint32_t flags_ = 0;
    uint32_t scope_ = PH_SCOPE_EXTERNAL;
    uint32_t probes_ = PH_PROBE_READY;
    uint32_t timeout_ms_ = 2000;
    uint32_t interval_ms_ = 10000;
    uint32_t max_age_ms_ = 1000;
};

// The ABI's tables and thunks for one checker class. Exceptions end here and fail closed.
template <typename T>
class Thunks {
  public:
    static const ph_checker* table() {
        static constexpr ph_checker checker = {sizeof(ph_checker),
                                               T::info.flags_,
                                               T::info.name_,
                                               T::info.summary_,
                                               T::info.schema_,
                                               T::info.about_,
                                               T::info.scope_,
                                               T::info.probes_,
                                               T::info.timeout_ms_,
                                               T::info.interval_ms_,
                                               T::info.max_age_ms_,
                                               0,
                                               create,
                                               run,
                                               destroy,
                                               nullptr};
        return &checker;
    }

  private:
    struct Instance {
        T check;
        const ph_host* host;
    };

    static int32_t create(const ph_checker*, const ph_host* host, const ph_settings* settings, ph_check** check,
                          ph_error* error) noexcept {
        *check = nullptr;
        return guard(error, [&] {
            *check = reinterpret_cast<ph_check*>(new Instance{T(Settings(host, settings)), host});
        });
    }

    static int32_t run(ph_check* check, const ph_run_context* context, ph_error* error) noexcept {
        return guard(error, [&] {
            auto* instance = reinterpret_cast<Instance*>(check);
            Run run(instance->host, context);
            const Verdict verdict = instance->check.check(run);
            const auto& [status, message, detail] = verdict;
            if (!detail.empty()) instance->host->detail(context->run, detail.data(), detail.size());
            instance->host->verdict(context->run, status, message.data(), message.size());
        });
    }

    static void destroy(ph_check* check) noexcept { delete reinterpret_cast<Instance*>(check); }

    template <typename Body>
    static int32_t guard(ph_error* error, Body body) noexcept {
        try {
            body();
            return PH_OK;
        } catch (const Cancelled& cancelled) {
            return ph_fail(error, PH_E_CANCELLED, cancelled.what());
        } catch (const ConfigError& wrong) {
            return ph_fail(error, PH_E_CONFIG, wrong.what());
        } catch (const std::exception& failure) {
            return ph_fail(error, PH_E_INTERNAL, failure.what());
        } catch (...) {
            return ph_fail(error, PH_E_INTERNAL, "an exception of unknown type");
        }
    }
};

// The plugin's table for the checker classes Ts.
template <typename... Ts>
const ph_plugin* pluginTable(const char* name, const char* version) {
    static const ph_checker* const checkers[] = {Thunks<Ts>::table()...};
    static const ph_plugin plugin = {sizeof(ph_plugin), PH_ABI_MAJOR, PH_ABI_MINOR, 0,       0,
                                     sizeof...(Ts),     checkers,     name,         version, nullptr,
                                     nullptr,           nullptr,      nullptr,      nullptr};
    return &plugin;
}

} // namespace v1
} // namespace probehost::sdk

// Ends a plugin's source: its name, its version, and its checker classes.
#define PROBEHOST_PLUGIN(name, version, ...)                               \
    PH_ELF_NOTE(0, 0);                                                     \
    PH_EXPORT const ph_plugin* probehost_plugin_entry_v1(const ph_host*) { \
        return probehost::sdk::pluginTable<__VA_ARGS__>(name, version);    \
    }
