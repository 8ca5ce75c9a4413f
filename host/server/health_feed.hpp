// Carries each report from the scheduler to the front, the handlers and the log.
#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "health/check_schedule.hpp"
#include "http/probe_answers.hpp"
#include "log/log.hpp"

namespace probehost {

class HealthFeed final : public HealthObserver {
  public:
    using Publish = std::function<void(const ProbeAnswers&)>;

    using TellStatus = std::function<void(const std::string&)>;

    // The status is told whenever it has changed.
    HealthFeed(Log& log, TellStatus tellStatus) : log_(log), tellStatus_(std::move(tellStatus)) {}

    // Where answers go from now on, and under which service name.
    void publishTo(Publish publish);
    void rename(std::string service);
    std::string service() const;

    // One line that says what is wrong, for whoever asks the service manager.
    std::string status() const;
    // What else is wrong; "" when nothing is.
    void remark(std::string remark);

    // Any thread, after the first report.
    std::shared_ptr<const Report> latest() const;

    void reported(std::shared_ptr<const Report> report, Clock::time_point readyFreshUntil) override;
    void changed(const CheckState& before, const CheckState& after) override;

  private:
    void logVerdicts(const Report& before, const Report& after);
    void tellNewStatus();

    Log& log_;
    const TellStatus tellStatus_;
    mutable std::mutex mutex_;
    Publish publish_; // guarded by mutex_, as all below
    std::string service_;
    std::string remark_;
    std::string told_;
    std::shared_ptr<const Report> latest_; // null before the first one
};

} // namespace probehost
