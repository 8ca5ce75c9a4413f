// Where request handlers get what they show.
#pragma once

#include <memory>
#include <string>

#include "app/app_state.hpp"
#include "health/report.hpp"
#include "http/front_settings.hpp"

namespace probehost {

class HealthSource {
  public:
    virtual ~HealthSource() = default;

    // Any thread. The latest report, after waiting for fresh results as a probe of the default form would.
    virtual std::shared_ptr<const Report> freshReport(Probe probe) = 0;
    virtual std::string service() const = 0;
    virtual FrontSettings frontSettings() const = 0;
    virtual AppState& appState() = 0;
};

} // namespace probehost
