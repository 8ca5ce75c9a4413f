// A worker's word is taken as a plugin's is: masked, bounded and made valid by the same sink.
#include "isolation/worker_checker.hpp"

#include <probehost/abi.h>

#include <atomic>

#include "plugin/plugin_checker.hpp"

namespace probehost {

namespace {

uint32_t nextId() {
    static std::atomic<uint32_t> last{0};
    return ++last;
}

int32_t verdict(Status status) { return status == Status::Pass ? PH_PASS : status == Status::Warn ? PH_WARN : PH_FAIL; }

} // namespace

WorkerChecker::WorkerChecker(Worker& worker, const std::string& checker, const CheckSettings& settings)
    : worker_(worker), redactor_(settings.secrets), id_(nextId()) {
    using Outcome = Worker::Creation::Outcome;
    const auto [outcome, text] = worker_.create(id_, checker, settings);
    if (outcome == Outcome::Refused) throw CheckNotCreated(PluginChecker::shown(text, redactor_));
    if (outcome == Outcome::Died) death_ = text;
}

WorkerChecker::~WorkerChecker() { worker_.destroy(id_); }

std::optional<Result> WorkerChecker::run(const RunRequest& request) {
    const auto raw = worker_.run(id_, request);
    if (!raw) return raw;
    sink_.open();
    sink_.verdict(verdict(raw->status), raw->message);
    sink_.detail(raw->detail);
    for (const auto& [key, text] : raw->facts) sink_.fact(key, text);
    auto result = sink_.close();
    if (result) result->latencyMs = raw->latencyMs;
    return result;
}

} // namespace probehost
