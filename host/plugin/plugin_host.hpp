// The host's side of the plugin ABI: the ph_host table that every plugin gets.
#pragma once

#include <probehost/abi.h>
#include <probehost/ext/app_state.h>

#include <string_view>

#include "log/log.hpp"

namespace probehost {

// What plugins may ask of the host beyond their own run. Any thread.
class PluginServices {
  public:
    virtual ~PluginServices() = default;
    // The host's own words about a plugin.
    virtual void log(Level level, std::string_view text) = 0;
    // A plugin's words: secrets are still in the text, it may be of any length, and there may be no end to them.
    virtual void say(Level level, std::string_view text) { log(level, text); }
    // PH_APP_…; sets *ageMs when something was said under this key.
    virtual int32_t appState(std::string_view key, int64_t& ageMs) = 0;
};

// Lives as long as the process: plugins keep the table and are never unloaded.
class PluginHost {
  public:
    explicit PluginHost(PluginServices& services);
    PluginHost(const PluginHost&) = delete;
    PluginHost& operator=(const PluginHost&) = delete;

    const ph_host* table() const { return &table_; }

  private:
    ph_host table_;
};

} // namespace probehost
