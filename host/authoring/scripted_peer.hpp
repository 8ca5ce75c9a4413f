// A peer on a port of this machine that does to its clients what sick dependencies do.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace probehost::authoring {

enum class Sickness {
    Refuses,     // nobody listens
    Unreachable, // connecting takes for ever
    Silent,      // accepts, and never says anything
    Resets,      // accepts, and resets the connection
    BreaksOff,   // says a few bytes once it is asked, and closes
    Garbage,     // says nonsense at once
    Drips,       // a byte every 20 ms, without end
    Floods       // as much as is read, up to 100 MB
};

const char* inWords(Sickness sickness); // such as "accepts and never answers"

class ScriptedPeer {
  public:
    // From now on ${peer} of settings means this one. Throws std::runtime_error without a free port.
    explicit ScriptedPeer(Sickness sickness);
    ~ScriptedPeer(); // ends all connections

    ScriptedPeer(const ScriptedPeer&) = delete;
    ScriptedPeer& operator=(const ScriptedPeer&) = delete;

    bool wasReached() const { return reached_; } // somebody has connected; not told by Refuses and Unreachable

  private:
    void fillQueue();
    void accept();
    void serve(int client) const;
    void say(int client) const;
    void drip(int client) const;
    void flood(int client) const;

    const Sickness sickness_;
    int listener_;
    uint16_t port_ = 0;
    std::vector<int> queue_; // connections that nobody accepts
    std::atomic<bool> stopping_{false};
    std::atomic<bool> reached_{false};
    std::vector<std::thread> clients_; // of acceptor_'s
    std::thread acceptor_;
};

} // namespace probehost::authoring
