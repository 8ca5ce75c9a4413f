// What a plugin says through the ABI's table: bounded, valid UTF-8, and without the check's secrets.
#include <unistr.h>

#include <algorithm>
#include <cstring>

#include "fuzz_input.hpp"
#include "log/redactor.hpp"
#include "plugin/bounded_text.hpp"
#include "plugin/check_settings.hpp"
#include "plugin/plugin_host.hpp"
#include "plugin/run_sink.hpp"

using namespace probehost;
using fuzz::require;

namespace {

class Services : public PluginServices {
  public:
    void log(Level, std::string_view) override {}
    int32_t appState(std::string_view, int64_t&) override { return PH_APP_UNSET; }
};

const ph_host* host() {
    static Services services;
    static PluginHost host(services);
    return host.table();
}

bool isLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// The masked text may hold the asterisks and the replacement character by itself.
bool isMasked(const std::string& secret) {
    const bool word = secret.size() <= 11 && std::all_of(secret.begin(), secret.end(), isLetter);
    const bool artificial = secret.find_first_of("*\xEF\xBF\xBD") != std::string::npos;
    return secret.size() >= 4 && !word && !artificial;
}

void requireShown(const std::string& text, size_t limit, const std::string& secret) {
    require(text.size() <= limit, "what is shown is bounded");
    require(u8_check(reinterpret_cast<const uint8_t*>(text.data()), text.size()) == nullptr, "what is shown is UTF-8");
    require(!isMasked(secret) || text.find(secret) == std::string::npos, "no secret is shown");
}

void say(ph_run* run, int32_t verdict, const std::string& key, std::string_view text) {
    const auto* table = host();
    double number = 0;
    std::memcpy(&number, text.data(), std::min(sizeof(number), text.size()));
    table->fact_text(run, key.c_str(), text.data(), text.size());
    table->fact_number(run, key.c_str(), number, key.c_str());
    for (int i = 0; i < 40; ++i) table->fact_text(run, "count", "1", 1);
    table->detail(run, text.data(), text.size());
    table->verdict(run, verdict, text.data(), text.size());
}

void run(int32_t verdict, const std::string& secret, std::string_view text) {
    const Redactor redactor({secret});
    RunSink sink(redactor);
    sink.open();
    say(reinterpret_cast<ph_run*>(&sink), verdict, secret.substr(0, secret.find('\0')), text);
    const auto result = sink.close();
    say(reinterpret_cast<ph_run*>(&sink), verdict, secret, "too late");
    if (!result) return;
    requireShown(result->message, 200, secret);
    requireShown(result->detail, 2048, secret);
    require(result->facts.size() <= 32, "facts are counted");
    for (const auto& [key, shown] : result->facts) requireShown(key, 256, secret), requireShown(shown, 256, secret);
    require(verdict != PH_PASS || result->message.empty(), "who passes says nothing to strangers");
}

void lookUp(const std::string& pointer, std::string_view text) {
    CheckSettings settings;
    settings.scalars["/secret"] = text;
    uint64_t length = 0;
    const auto* found = host()->setting(reinterpret_cast<const ph_settings*>(&settings), pointer.c_str(), &length);
    require(found == nullptr || length == text.size(), "a setting has the length it was given");
}

} // namespace

// A byte for the verdict, a line that is the secret (or the name of a fact or setting), and the text.
int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    fuzz::Parts parts(fuzz::bytesOf(data, size));
    const auto verdict = static_cast<int8_t>(parts.byte() - '0');
    const std::string secret(parts.line());
    run(verdict, secret, parts.rest());
    lookUp(secret, parts.rest());
    requireShown(boundedText(parts.rest(), secret.size()), secret.size(), "");
    return 0;
}
