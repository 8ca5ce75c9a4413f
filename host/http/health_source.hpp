// Where request handlers get what they show.
#pragma once

#include <future>
#include <memory>
#include <string>

#include "app/app_state.hpp"
#include "health/report.hpp"
#include "http/front_settings.hpp"
#include "http/reload_outcome.hpp"

namespace probehost {

class HealthSource {
  public:
    virtual ~HealthSource() = default;

    // Any thread. The latest report; a request that wants fresh results has waited for them before it gets to a
    // handler.
    virtual std::shared_ptr<const Report> report() = 0;
    virtual std::string service() const = 0;
    virtual FrontSettings frontSettings() const = 0;
    virtual AppState& appState() = 0;
    // Reads the configuration anew; the outcome is broken when the service ends first.
    virtual std::future<ReloadOutcome> requestReload() = 0;
};

} // namespace probehost
