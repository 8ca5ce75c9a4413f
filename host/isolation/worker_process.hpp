// A running probehost-worker: its process, and the socket to it.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "plugin/plugin_image.hpp"

namespace probehost {

class WorkerProcess {
  public:
    // Spawns `program` for one plugin file; throws std::runtime_error with the reason. The worker dies with the thread
    // that calls this, so that must be one that lives as long as the worker is wanted.
    WorkerProcess(const std::string& program, const PluginImage& plugin);
    // Kills the worker and all it started. Waits for its end no longer than a moment: a process that the kernel does
    // not let go becomes nobody's.
    ~WorkerProcess();

    WorkerProcess(const WorkerProcess&) = delete;
    WorkerProcess& operator=(const WorkerProcess&) = delete;

    int socket() const { return socket_; } // non-blocking; readable: receive()
    int pidfd() const { return pidfd_; }   // readable: the process has ended

    // False when the worker does not read, or is gone.
    bool send(std::string_view frame);

    enum class Received { Frame, Nothing, Closed };
    Received receive(std::string& frame);

    void kill();
    // How it ended, in words for strangers such as "crashed: SIGSEGV"; nothing while it has not ended.
    std::optional<std::string> ended();

  private:
    pid_t pid_ = -1;
    int pidfd_ = -1;
    int socket_ = -1;
    std::optional<std::string> ended_;
};

} // namespace probehost
