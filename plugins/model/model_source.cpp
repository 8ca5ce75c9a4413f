// Whoever knows whether a model is loaded.
#include "model_source.hpp"

namespace probehost {

std::string notLoaded(const std::string& label) { return label + " not loaded"; }

std::string requiredSetting(const sdk::Settings& settings, const char* key, const char* expected) {
    auto text = settings.text(key);
    if (text.empty()) throw sdk::ConfigError(std::string(key) + ": expected " + expected);
    return text;
}

} // namespace probehost
