// Reads a configuration anew on a thread of its own, because plugins that are tried may take seconds, and signals are
// to be obeyed meanwhile.
#pragma once

#include <exception>
#include <optional>
#include <string>
#include <thread>

#include "server/assembly.hpp"

namespace probehost {

class Reloading {
  public:
    // Throws std::system_error. `environment` outlives this.
    Reloading(std::string configFile, PluginEnvironment& environment);
    ~Reloading(); // waits for the one under way

    Reloading(const Reloading&) = delete;
    Reloading& operator=(const Reloading&) = delete;

    struct Result {
        Diagnostics diagnostics;
        Assembly assembly;
    };

    // All from one thread. While one is under way, another is begun when it is done.
    void begin();
    bool idle() const { return !thread_.joinable(); }
    int fd() const { return done_; } // readable: result()
    std::optional<Result> result();

  private:
    void read();
    Result impossible(const std::exception& failure) const;
    void give(Result result);

    const std::string configFile_;
    PluginEnvironment& environment_;
    const int done_;
    bool again_ = false;
    std::optional<Result> result_; // the thread's until `done_` is readable
    std::thread thread_;
};

} // namespace probehost
