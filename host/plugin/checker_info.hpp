// What a plugin says of one of its checkers, copied out of it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "health/probe.hpp"

namespace probehost {

struct CheckerInfo {
    std::string name;
    std::string summary;
    std::string settingsSchema; // JSON Schema, draft 7
    std::string infoJson;       // "" or {"docs":…,"example":…}
    bool local = false;         // scope: may decide liveness
    bool doesIo = true;         // shows a latency
    bool startsPrograms = false;
    ProbeSet probes;
    std::chrono::milliseconds timeout{2000};
    std::chrono::milliseconds interval{10000};
    std::chrono::milliseconds maxAge{1000};
    std::string pluginFile;
};

} // namespace probehost
