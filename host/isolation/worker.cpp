// The process on the loop's thread, the seats on everybody's, under one lock.
#include "isolation/worker.hpp"

#include <algorithm>

#include "health/standstill.hpp"
#include "isolation/payloads.hpp"

namespace probehost {

namespace {

constexpr std::chrono::milliseconds grace{200}; // for a run to come back after its deadline

} // namespace

Worker::Worker(std::string program, PluginImage plugin, WorkerLoop& loop, PluginServices& services)
    : program_(std::move(program)), plugin_(std::move(plugin)), loop_(loop), services_(services) {}

std::optional<Result> Worker::run(uint32_t check, const RunRequest& request) {
    Lock lock(mutex_);
    auto& seat = seats_.at(check);
    if (!sitOut(lock, seat, request.deadline)) return std::nullopt;
    for (;;) {
        const auto wait = awaitReady(lock, seat, request.deadline, For::Run);
        if (wait == Wait::Late) return std::nullopt;
        if (wait == Wait::Failed) return failure(seat);
        if (auto done = runOnce(lock, check, seat, request)) return *done;
    }
}

// False when the pause after the check's last hang, or the check itself, does not end before the deadline comes.
bool Worker::sitOut(Lock& lock, const Seat& seat, Clock::time_point deadline) {
    const auto until = seat.hangs.notBefore();
    if (Clock::now() >= until) return true;
    changed_.wait_until(lock, std::min(until, deadline), [&] { return seat.ended; });
    return !seat.ended && until < deadline;
}

// Nothing when the worker was killed for another check's sake, so that the run is to be tried again.
std::optional<std::optional<Result>> Worker::runOnce(Lock& lock, uint32_t check, Seat& seat,
                                                     const RunRequest& request) {
    seat.run = ++lastRun_;
    seat.finished = false;
    FrameWriter frame(FrameType::Run, check, seat.run);
    write(frame, request);
    hasOtherWork_ = true;
    unread_++;
    send(frame);
    const auto deaths = deaths_;
    awaitEnd(lock, request.deadline + grace, [&] { return seat.finished || seat.ended || deaths_ != deaths; });
    seat.run = 0;
    if (seat.finished) return std::move(seat.result);
    if (seat.ended) return std::optional<Result>();
    if (deaths_ == deaths) {
        blame(seat);
        return std::optional<Result>();
    }
    if (hung_ && Clock::now() < request.deadline) return std::nullopt;
    return failure(seat);
}

// Time in which this process stood still does not count, because the worker's answer could not be heard.
void Worker::awaitEnd(Lock& lock, Clock::time_point until, const std::function<bool()>& ended) {
    auto now = Clock::now();
    for (Standstill standstill(now); now < until; until += standstill.until(now)) {
        if (changed_.wait_until(lock, std::min(until, now + Standstill::longestSleep), ended)) return;
        now = Clock::now();
    }
}

// A worker that creates a check, or is dying, hears of no run.
void Worker::blame(Seat& seat) {
    if (state_ != State::Up) return;
    if (first(Stage::Asked) == nullptr) return killHung(seat);
    giveUp(Clock::now());
}

void Worker::killHung(Seat& seat) {
    const auto now = Clock::now();
    seat.hangs.hung(now);
    kill("hung in a run of " + seat.checker, true);
    const auto pause = std::chrono::ceil<std::chrono::milliseconds>(seat.hangs.notBefore() - now);
    services_.log(Level::Warning, "the worker process of " + plugin_.file() + " was killed: a run of its checker \"" +
                                      seat.checker + "\" hung, it was not back " + std::to_string(grace.count()) +
                                      "ms after its deadline; that check runs again in " +
                                      std::to_string(pause.count()) + "ms at the earliest");
}

void Worker::cancel(uint32_t check) {
    const Lock lock(mutex_);
    const auto& seat = seats_.at(check);
    if (seat.stage == Stage::Created && seat.run != 0) send(FrameWriter(FrameType::Cancel, check));
}

void Worker::end(uint32_t check) {
    const Lock lock(mutex_);
    auto& seat = seats_.at(check);
    seat.ended = true;
    if (seat.stage == Stage::Created) send(FrameWriter(FrameType::End, check));
    changed_.notify_all();
}

void Worker::destroy(uint32_t check) {
    const Lock lock(mutex_);
    const auto seat = seats_.find(check);
    if (seat == seats_.end()) return;
    const bool asked = seat->second.stage == Stage::Asked; // and may hang, which no other check is to be blamed for
    if (seat->second.stage != Stage::Absent) {
        hasOtherWork_ = true;
        send(FrameWriter(FrameType::Destroy, check));
    }
    seats_.erase(seat);
    if (seats_.empty()) kill("is not needed", true);
    if (asked) kill("was creating a check that is gone", true);
}

bool Worker::idle() const {
    const Lock lock(mutex_);
    return seats_.empty() && state_ == State::Down;
}

Result Worker::failure(const Seat& seat) const {
    const std::string detail = "the worker process of " + plugin_.file() + " " + lastDeath_;
    if (seat.stage == Stage::Refused) return Result::failed("Checker failed", seat.refusal);
    if (seat.stage == Stage::Hung)
        return Result::failed(std::string("Checker ") + notStarted, "the worker process of " + plugin_.file() +
                                                                        " hung in its create, and is not asked again");
    if (!policy_.quarantined()) return Result::failed("Checker " + lastDeath_, detail);
    return Result::failed("Checker quarantined after " + std::to_string(RestartPolicy::mostDeaths) + " crashes",
                          detail + "; it is not started again before the next reload");
}

void Worker::startIfDown(Clock::time_point now) {
    if (state_ != State::Down || now < policy_.notBefore()) return;
    state_ = State::Starting;
    loop_.post([this] { start(); });
}

void Worker::send(const FrameWriter& frame) {
    if (process_ && !process_->send(frame.bytes())) kill("stopped reading", false);
}

void Worker::kill(std::string because, bool hung) {
    if (!process_ || state_ == State::Dying) return;
    killedBecause_ = std::move(because);
    hung_ = hung;
    state_ = State::Dying;
    forgetChecks();
    process_->kill();
}

// All are created anew by the next process, but for those that it would hang in as well.
void Worker::forgetChecks() {
    for (auto& [check, seat] : seats_)
        if (seat.stage != Stage::Hung) seat.stage = Stage::Absent;
}

} // namespace probehost
