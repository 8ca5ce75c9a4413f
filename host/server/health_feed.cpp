// One log line per change; the words are an operator's.
#include "server/health_feed.hpp"

#include "http/report_json.hpp"
#include "server/status_line.hpp"

namespace probehost {

namespace {

std::string withDetail(const std::string& message, const std::string& detail) {
    return detail.empty() ? message : message + " (" + detail + ")";
}

std::string inSeconds(milliseconds time) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count()) + "s";
}

std::string describe(const CheckState& before, const CheckState& after) {
    const std::string check = "check \"" + after.name + "\" ";
    if (after.stuckFor && !before.stuckFor) return check + "is stuck: " + after.error + ", and its run goes on";
    if (before.stuckFor && !after.stuckFor)
        return check + "is no longer stuck: its run came back after " + inSeconds(*before.stuckFor);
    if (after.stuckFor && before.healthy == after.healthy && before.warning == after.warning)
        return check + "has been stuck for " + inSeconds(*after.stuckFor) + ": its run goes on";
    if (!after.healthy) return check + "is unhealthy: " + withDetail(after.error, after.detail);
    if (!after.warning.empty()) return check + "is healthy with a warning: " + withDetail(after.warning, after.detail);
    return check + (before.everRan ? "is healthy again" : "is healthy");
}

const char* word(Verdict verdict) {
    return verdict == Verdict::Failing ? "failing" : verdict == Verdict::Degraded ? "degraded" : "passing";
}

} // namespace

void HealthFeed::publishTo(Publish publish) {
    const std::scoped_lock lock(mutex_);
    publish_ = std::move(publish);
}

void HealthFeed::rename(std::string service) {
    const std::scoped_lock lock(mutex_);
    service_ = std::move(service);
}

std::string HealthFeed::service() const {
    const std::scoped_lock lock(mutex_);
    return service_;
}

std::string HealthFeed::status() const {
    const std::scoped_lock lock(mutex_);
    const auto line = latest_ && latest_->created ? statusLine(*latest_) : "starting";
    return remark_.empty() ? line : line + "; " + remark_;
}

void HealthFeed::remark(std::string remark) {
    {
        const std::scoped_lock lock(mutex_);
        remark_ = std::move(remark);
    }
    tellNewStatus();
}

void HealthFeed::tellNewStatus() {
    const auto now = status();
    {
        const std::scoped_lock lock(mutex_);
        if (std::exchange(told_, now) == now) return;
    }
    tellStatus_(now);
}

std::shared_ptr<const Report> HealthFeed::latest() const {
    const std::scoped_lock lock(mutex_);
    return latest_;
}

void HealthFeed::reported(std::shared_ptr<const Report> report, Clock::time_point readyFreshUntil) {
    std::shared_ptr<const Report> before;
    {
        const std::scoped_lock lock(mutex_);
        before = std::exchange(latest_, report);
        if (publish_) publish_(renderAnswers(*report, service_, readyFreshUntil));
    }
    if (before && before->created) logVerdicts(*before, *report);
    tellNewStatus();
}

void HealthFeed::changed(const CheckState& before, const CheckState& after) {
    const bool good = after.healthy && after.warning.empty();
    log_.write(good ? Level::Info : Level::Warning, describe(before, after));
}

void HealthFeed::logVerdicts(const Report& before, const Report& after) {
    for (const auto probe : allProbes) {
        const auto was = before.verdict(probe);
        const auto is = after.verdict(probe);
        if (was == is) continue;
        const std::string why = probe == Probe::Ready && after.draining ? " (draining)" : "";
        log_.write(is == Verdict::Passing ? Level::Info : Level::Warning,
                   std::string(name(probe)) + " probe is " + word(is) + why + ", was " + word(was));
    }
}

} // namespace probehost
