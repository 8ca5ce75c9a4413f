// One check in a worker, and the thread that its runs have to themselves.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "plugin/plugin_checker.hpp"
#include "worker/host_link.hpp"

namespace probehost {

class HostedCheck {
  public:
    // Throws CheckNotCreated. `checker` and `link` outlive this.
    HostedCheck(const ph_checker& checker, HostLink& link, uint32_t id, const CheckSettings& settings);
    ~HostedCheck(); // waits for a run under way, which is cancelled

    HostedCheck(const HostedCheck&) = delete;
    HostedCheck& operator=(const HostedCheck&) = delete;

    // The result goes to the host. The host asks for one run at a time.
    void run(uint32_t run, const RunRequest& request);
    void cancel() { checker_.cancel(); }
    void end() { checker_.end(); }

  private:
    struct Job {
        uint32_t run;
        RunRequest request;
    };

    std::thread start();
    void work();
    std::optional<Job> next();

    HostLink& link_;
    const uint32_t id_;
    PluginChecker checker_;
    std::mutex mutex_; // guards the two below
    std::optional<Job> job_;
    bool ending_ = false;
    std::condition_variable changed_;
    std::thread thread_;
};

} // namespace probehost
