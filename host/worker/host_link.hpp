// The worker's end of the socket to its host.
#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "isolation/frame.hpp"
#include "log/redactor.hpp"
#include "plugin/plugin_host.hpp"
#include "worker/own_use.hpp"

namespace probehost {

// Also what plugins may ask of the host: it is asked over the socket.
class HostLink final : public PluginServices {
  public:
    HostLink() : host_(*this) {}

    const ph_host* table() const { return host_.table(); }

    // Any thread. Ends the process when the host is gone or does not hear.
    void send(const FrameWriter& frame);

    // Any thread. Between these the process looks after how much it uses.
    void beginRun() { runs_++; }
    void endRun() { runs_--; }
    void beginCheck() { checks_++; } // each has a thread
    void endCheck() { checks_--; }
    void endIfExcessive() const { probehost::endIfExcessive(ownThreads()); }

    // The next frame; ends the process when the host is gone. The thread that was here first.
    const std::string& receive();
    void answered(FrameReader& frame); // AppSaid

    // What log texts may not hold.
    void mask(const std::vector<std::string>& secrets);

    void log(Level level, std::string_view text) override;
    // Said to be unset when the host does not answer, or on the thread that receives.
    int32_t appState(std::string_view key, int64_t& ageMs) override;

  private:
    void waitForFrame() const;
    int untilNextLook() const;
    long ownThreads() const { return checks_ + 1; }

    struct Said {
        int32_t state;
        int64_t ageMs;
    };

    PluginHost host_;
    std::atomic<int> runs_{0};
    std::atomic<long> checks_{0};
    std::string received_;
    const std::thread::id receiver_ = std::this_thread::get_id();

    std::mutex mutex_; // guards all below
    std::condition_variable answer_;
    uint32_t lastQuestion_ = 0;
    std::map<uint32_t, Said> answers_;
    Redactor redactor_;
};

} // namespace probehost
