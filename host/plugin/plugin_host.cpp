// The callbacks behind ph_host; each copies what it is given before it returns.
#include "plugin/plugin_host.hpp"

#include <cstring>

#include "plugin/check_settings.hpp"
#include "plugin/run_sink.hpp"

namespace probehost {

namespace {

PluginServices& services(const ph_host* host) { return *static_cast<PluginServices*>(host->reserved); }
const CheckSettings& opened(const ph_settings* settings) { return *reinterpret_cast<const CheckSettings*>(settings); }
RunSink& opened(ph_run* run) { return *reinterpret_cast<RunSink*>(run); }

std::string_view view(const char* text, uint64_t length) {
    return text == nullptr ? std::string_view() : std::string_view(text, length);
}

void log(const ph_host* host, const ph_check*, int32_t level, const char* text, uint64_t length) {
    const auto known = level >= PH_LOG_DEBUG && level <= PH_LOG_ERROR ? static_cast<Level>(level) : Level::Debug;
    services(host).say(known, view(text, length));
}

const char* setting(const ph_settings* settings, const char* pointer, uint64_t* length) {
    const auto& scalars = opened(settings).scalars;
    const auto found = scalars.find(pointer == nullptr ? "" : pointer);
    if (found == scalars.end()) return nullptr;
    if (length != nullptr) *length = found->second.size();
    return found->second.c_str();
}

const char* settingsJson(const ph_settings* settings, uint64_t* length) {
    const auto& json = opened(settings).json;
    if (length != nullptr) *length = json.size();
    return json.c_str();
}

void verdict(ph_run* run, int32_t value, const char* message, uint64_t length) {
    opened(run).verdict(value, view(message, length));
}

void detail(ph_run* run, const char* text, uint64_t length) { opened(run).detail(view(text, length)); }

int32_t factText(ph_run* run, const char* key, const char* text, uint64_t length) {
    return opened(run).fact(view(key, key == nullptr ? 0 : std::strlen(key)), view(text, length));
}

int32_t factNumber(ph_run* run, const char* key, double value, const char* unit) {
    std::string text = std::to_string(value);
    if (unit != nullptr) text.append(" ").append(unit);
    return opened(run).fact(view(key, key == nullptr ? 0 : std::strlen(key)), text);
}

int32_t appState(const ph_host* host, const char* key, uint64_t length, int64_t* ageMs) {
    int64_t age = 0;
    const int32_t state = services(host).appState(view(key, length), age);
    if (ageMs != nullptr && state != PH_APP_UNSET) *ageMs = age;
    return state;
}

const void* extension(const ph_host*, const char* id) {
    static constexpr ph_app_state_1 app = {sizeof(ph_app_state_1), 0, appState};
    return id != nullptr && std::strcmp(id, PH_EXT_APP_STATE_1) == 0 ? &app : nullptr;
}

} // namespace

PluginHost::PluginHost(PluginServices& services)
    : table_{sizeof(ph_host), PH_ABI_MAJOR, PH_ABI_MINOR, 0,      "probehost", PROBEHOST_VERSION, &services, log,
             setting,         settingsJson, verdict,      detail, factText,    factNumber,        extension} {}

} // namespace probehost
