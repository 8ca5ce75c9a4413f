// A plugin's check in a worker process, as the health domain sees it.
#pragma once

#include "health/checker.hpp"
#include "isolation/worker.hpp"
#include "log/redactor.hpp"
#include "plugin/run_sink.hpp"

namespace probehost {

class WorkerChecker final : public Checker {
  public:
    // Creates the check in the worker; throws CheckNotCreated when the plugin does not accept its settings. `worker`
    // outlives this. A worker that dies meanwhile is no refusal: runs will tell.
    WorkerChecker(Worker& worker, const std::string& checker, const CheckSettings& settings);
    ~WorkerChecker() override;

    WorkerChecker(const WorkerChecker&) = delete;
    WorkerChecker& operator=(const WorkerChecker&) = delete;

    // How the worker died over this check's creation, such as "crashed: SIGSEGV"; "" when it did not.
    const std::string& death() const { return death_; }

    std::optional<Result> run(const RunRequest& request) override;
    void cancel() override { worker_.cancel(id_); }
    void end() override { worker_.end(id_); }

  private:
    Worker& worker_;
    const Redactor redactor_;
    RunSink sink_{redactor_};
    const uint32_t id_;
    std::string death_;
};

} // namespace probehost
