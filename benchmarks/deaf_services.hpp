// What plugins ask of a host, where nobody listens and nothing is known.
#pragma once

#include "plugin/plugin_host.hpp"

namespace benchmarks {

class DeafServices final : public probehost::PluginServices {
  public:
    void log(probehost::Level, std::string_view) override {}
    int32_t appState(std::string_view, int64_t&) override { return PH_APP_UNSET; }
};

} // namespace benchmarks
