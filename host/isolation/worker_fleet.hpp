// All worker processes: one for each plugin that has checks in one, two while one version replaces another.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "isolation/worker.hpp"
#include "isolation/worker_loop.hpp"
#include "isolation/worker_process.hpp"
#include "plugin/plugin_description.hpp"

namespace probehost {

class WorkerFleet {
  public:
    // `program`: the path of probehost-worker. `services` outlives this.
    WorkerFleet(std::string program, PluginServices& services) : program_(std::move(program)), services_(services) {}
    ~WorkerFleet();

    WorkerFleet(const WorkerFleet&) = delete;
    WorkerFleet& operator=(const WorkerFleet&) = delete;

    // Not from two threads at once. Valid while it has a check, or until the next call.
    Worker& of(const PluginImage& plugin);

    // Before the checks of a new configuration are created; as Worker::newChance(), for all. Not from two threads at
    // once, of() included.
    void newChance();

    // What a plugin says of itself, asked in a process of its own, because opening a file runs its code, and that may
    // crash or hang. Throws PluginRefused with the reason in words. Takes a few seconds at most, whatever the file
    // does. Any thread.
    PluginDescription describe(const PluginImage& plugin);

  private:
    using Process = std::unique_ptr<WorkerProcess>;

    std::shared_ptr<WorkerLoop> loop();
    Process spawn(WorkerLoop& loop, const PluginImage& plugin, Clock::time_point end) const;
    void dismissIdle();

    std::string program_;
    PluginServices& services_;

    std::map<PluginImage, std::shared_ptr<Worker>> workers_;
    std::mutex mutex_;
    std::weak_ptr<WorkerLoop> loop_;         // guarded by mutex_; there while anybody needs it
    std::shared_ptr<WorkerLoop> loopToStay_; // from the first worker on
};

} // namespace probehost
