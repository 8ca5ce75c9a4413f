// One plugin's checks in a process of their own, which is started when a check needs it and buried when it dies.
//
// A check has a seat. The seat outlives the process: a new process gets all checks anew, one after the other, but for
// those whose create hung.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include "health/checker.hpp"
#include "isolation/frame.hpp"
#include "isolation/restart_policy.hpp"
#include "isolation/worker_loop.hpp"
#include "isolation/worker_process.hpp"
#include "plugin/check_settings.hpp"
#include "plugin/plugin_host.hpp"

namespace probehost {

class Worker {
  public:
    static constexpr std::chrono::seconds loadLimit{5}; // for a plugin to load, and for a check to be created

    // `program`: the path of probehost-worker. `loop` and `services` outlive this, and the loop has stopped before
    // this is destroyed.
    Worker(std::string program, PluginImage plugin, WorkerLoop& loop, PluginServices& services);

    // Any thread, as all below. What became of a check that was to be created; `text` is the plugin's or ours. Those
    // that die are still created later, when they run, but for one whose create hung, which stays unhealthy. All
    // creates since the last newChance() that come to nothing are waited for 5.5 s together.
    struct Creation {
        enum class Outcome { Created, Refused, Died } outcome = Outcome::Died;
        std::string text;
    };
    Creation create(uint32_t check, const std::string& checker, const CheckSettings& settings);

    // Before the checks of a new configuration are created: forgets former deaths and hangs. What hung stays so.
    void newChance();

    // The result is as the worker sent it. A worker that does not answer in time is killed, unless it is just creating
    // a check; then this check, unlike its siblings, waits a while before it runs again.
    std::optional<Result> run(uint32_t check, const RunRequest& request);
    void cancel(uint32_t check);
    void end(uint32_t check);
    void destroy(uint32_t check);

    // No check is left, nor a process.
    bool idle() const;
    // On the loop's thread, before it stops.
    void shutDown();

  private:
    static constexpr const char* notStarted = "did not start within 5s";
    enum class State { Down, Starting, Loading, Up, Dying };
    enum class Stage { Absent, Asked, Created, Refused, Hung };
    enum class Wait { Ready, Failed, Late };

    struct Seat {
        std::string checker;
        std::string create; // the frame
        Stage stage = Stage::Absent;
        std::string refusal;
        uint32_t run = 0;
        bool finished = false;
        bool ended = false;
        bool suspect = false; // its create may have hung once
        std::optional<Result> result;
        RestartPolicy hangs; // keeps its runs, and nobody else's, from the next worker
    };
    using Lock = std::unique_lock<std::mutex>;

    // On the loop's thread.
    void start();
    void hear();
    void understand(const std::string& bytes);
    void handle(FrameReader& frame);
    void handleOfCheck(FrameReader& frame);
    void log(FrameReader& frame);
    void answerApp(FrameReader& frame);
    void loaded();
    void bury();
    void died(const std::string& how, bool hung);

    void askCreate(Seat& seat);
    void askNextCreate();
    Seat* first(Stage stage); // of the oldest check at that stage; nullptr when there is none
    void forgetChecks();
    void renew();
    void send(const FrameWriter& frame);
    void kill(std::string because, bool hung);
    void startIfDown(Clock::time_point now);
    Wait awaitPatiently(Lock& lock, const Seat& seat);
    enum class For { Creation, Run };
    Wait awaitReady(Lock& lock, const Seat& seat, Clock::time_point deadline, For what);
    Clock::time_point nextLook(Clock::time_point now) const;
    std::optional<Wait> stateOf(const Seat& seat, uint64_t deathsBefore, For what);
    bool hearsOfRuns();
    void giveUp(Clock::time_point now);
    void writeOff(Seat& seat);
    void beginsWork();
    void blame(Seat& seat);
    bool sitOut(Lock& lock, const Seat& seat, Clock::time_point deadline);
    void awaitEnd(Lock& lock, Clock::time_point until, const std::function<bool()>& ended);
    void killHung(Seat& seat);
    std::optional<std::optional<Result>> runOnce(Lock& lock, uint32_t check, Seat& seat, const RunRequest& request);
    Result failure(const Seat& seat) const;

    const std::string program_;
    const PluginImage plugin_;
    WorkerLoop& loop_;
    PluginServices& services_;

    mutable std::mutex mutex_; // guards all below
    std::condition_variable changed_;
    std::unique_ptr<WorkerProcess> process_;
    State state_ = State::Down;
    std::map<uint32_t, Seat> seats_;
    RestartPolicy policy_;
    uint32_t lastRun_ = 0;
    int unread_ = 0; // runs that it was told of and may not have read
    uint64_t deaths_ = 0;
    std::string killedBecause_;
    bool hung_ = false;                          // the last death was a kill for want of an answer
    std::string lastDeath_;                      // such as "crashed: SIGSEGV"
    Clock::time_point busySince_;                // when it was started, or last asked for a check
    std::optional<Clock::time_point> lateSince_; // when that was first seen to take too long
    bool hasOtherWork_ = false;                  // since it was started: than to create checks
    Clock::duration patience_{};                 // left for creates that come to nothing
};

} // namespace probehost
