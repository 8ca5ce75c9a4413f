// Tries a plugin in another process first, because opening a file runs its code, and that may crash or hang.
#pragma once

#include <string>

namespace probehost {

class PluginTrial {
  public:
    // `worker`: the path of probehost-worker.
    explicit PluginTrial(std::string worker) : worker_(std::move(worker)) {}

    // Throws PluginRefused with the reason in words. Takes at most a few seconds, whatever the file does.
    void require(const std::string& file) const;

  private:
    std::string worker_;
};

} // namespace probehost
