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

    // Any thread. The latest report; a request that wants fresh results has waited for them before it gets to a
    // handler.
    virtual std::shared_ptr<const Report> report() = 0;
    virtual std::string service() const = 0;
    virtual FrontSettings frontSettings() const = 0;
    virtual AppState& appState() = 0;
};

} // namespace probehost
