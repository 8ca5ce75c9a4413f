// The settings of one azure-openai check, read and verified.
#pragma once

#include <chrono>
#include <optional>
#include <probehost/checker.hpp>
#include <string>

#include "openai_endpoint.hpp"

namespace probehost {

struct OpenAiSettings {
    // Throws sdk::ConfigError. An absent endpoint or key is no such error: the check itself says so.
    static OpenAiSettings from(const sdk::Settings& settings);

    bool complete() const { return list && (entra || !api_key.empty()); }

    std::optional<OpenAiList> list; // nothing without an endpoint
    std::string api;
    std::string api_key;
    bool entra = false;
    std::string client_id;
    std::string ca_file;
    sdk::milliseconds request_timeout{};
    int32_t throttled = PH_WARN;
};

} // namespace probehost
