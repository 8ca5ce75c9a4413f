// The process on the loop's thread, the seats on everybody's, under one lock.
#include "isolation/worker.hpp"

#include <algorithm>

#include "health/standstill.hpp"
#include "isolation/payloads.hpp"

namespace probehost {

namespace {

constexpr std::chrono::milliseconds grace{200};      // for a run to come back after its deadline
constexpr std::chrono::milliseconds rest{500};       // for all creates together that follow one that hung
constexpr std::chrono::milliseconds secondLook{250}; // before anybody is given up: this process may just have gone on
constexpr const char* notStarted = "did not start within 5s";

} // namespace

Worker::Worker(std::string program, PluginImage plugin, WorkerLoop& loop, PluginServices& services)
    : program_(std::move(program)), plugin_(std::move(plugin)), loop_(loop), services_(services) {}

Worker::Creation Worker::create(uint32_t check, const std::string& checker, const CheckSettings& settings) {
    FrameWriter frame(FrameType::Create, check);
    write(frame.text(checker), settings);
    if (frame.bytes().size() > longestFrame) return {Creation::Outcome::Refused, "its settings are too large"};
    Lock lock(mutex_);
    if (seats_.empty()) renew();
    auto& seat = seats_[check];
    seat.checker = checker;
    seat.create = frame.bytes();
    askNextCreate();
    const auto wait = awaitPatiently(lock, seat);
    if (wait == Wait::Ready) return {Creation::Outcome::Created, ""};
    if (wait == Wait::Late) return {Creation::Outcome::Died, "was still busy"};
    if (seat.stage == Stage::Hung) return {Creation::Outcome::Died, notStarted};
    if (seat.stage != Stage::Refused) return {Creation::Outcome::Died, lastDeath_};
    Creation refused{Creation::Outcome::Refused, seat.refusal};
    seats_.erase(check);
    return refused;
}

// What comes to nothing uses up the patience that all have together, so that a start waits for one hang and no more.
Worker::Wait Worker::awaitPatiently(Lock& lock, const Seat& seat) {
    const auto start = Clock::now();
    const auto wait = awaitCreated(lock, seat, start + patience_);
    const bool decided = wait == Wait::Ready || seat.stage == Stage::Refused;
    if (!decided) patience_ = std::max(patience_ - (Clock::now() - start), Clock::duration::zero());
    return wait;
}

void Worker::newChance() {
    const Lock lock(mutex_);
    renew();
}

void Worker::renew() {
    policy_.reset();
    patience_ = loadLimit + rest;
}

std::optional<Result> Worker::run(uint32_t check, const RunRequest& request) {
    Lock lock(mutex_);
    auto& seat = seats_.at(check);
    if (!sitOut(lock, seat, request.deadline)) return std::nullopt;
    for (;;) {
        const auto wait = awaitCreated(lock, seat, request.deadline);
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
    if (seats_.at(check).stage == Stage::Created) send(FrameWriter(FrameType::Cancel, check));
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

// Ready, or a failure that is known already; late when there is no telling yet. Of time in which this process stood
// still nobody knows what the worker did with it, so it begins anew.
Worker::Wait Worker::awaitCreated(Lock& lock, const Seat& seat, Clock::time_point deadline) {
    const auto deaths = deaths_;
    auto now = Clock::now();
    for (Standstill standstill(now);; now = Clock::now()) {
        if (standstill.until(now) > Clock::duration::zero()) beginsWork();
        giveUp(now);
        if (const auto known = stateOf(seat, deaths)) return *known;
        startIfDown(now);
        if (now >= deadline) return state_ == State::Down ? Wait::Failed : Wait::Late;
        changed_.wait_until(lock, std::min(nextLook(now), deadline));
    }
}

Clock::time_point Worker::nextLook(Clock::time_point now) const {
    const auto latest = now + Standstill::longestSleep;
    const auto due = state_ == State::Down ? policy_.notBefore() : busySince_ + loadLimit;
    return due > now ? std::min(due, latest) : latest;
}

std::optional<Worker::Wait> Worker::stateOf(const Seat& seat, uint64_t deathsBefore) const {
    if (seat.ended) return Wait::Late;
    if (seat.stage == Stage::Created) return Wait::Ready;
    const bool died = deaths_ != deathsBefore && !hung_;
    const bool settled = seat.stage == Stage::Refused || seat.stage == Stage::Hung;
    if (settled || policy_.quarantined() || died) return Wait::Failed;
    return std::nullopt;
}

// Who hangs while it loads hangs for all; a create that hangs is its own check's failure.
void Worker::giveUp(Clock::time_point now) {
    if (now < busySince_ + loadLimit) return;
    if (!lateSince_) lateSince_ = now;
    if (now < *lateSince_ + secondLook) return;
    if (state_ == State::Loading) kill(notStarted, false);
    if (state_ != State::Up) return;
    if (auto* seat = first(Stage::Asked)) writeOff(*seat);
}

// Where others ran or were destroyed in that process it may be one of them that hung, so the check gets another chance.
void Worker::writeOff(Seat& seat) {
    const bool guilty = seat.suspect || !hasOtherWork_;
    seat.suspect = true;
    if (guilty) seat.stage = Stage::Hung;
    kill("hung in a create of " + seat.checker, true);
    services_.log(Level::Warning, "the worker process of " + plugin_.file() + " was killed: a check of its checker \"" +
                                      seat.checker + "\" was not created within 5s; " +
                                      (guilty ? "that check is unhealthy until a reload, and the others go on"
                                              : "it is tried once more"));
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

void Worker::askCreate(Seat& seat) {
    seat.stage = Stage::Asked;
    beginsWork();
    if (!process_->send(seat.create)) kill("stopped reading", false);
}

// One at a time: the settings of hundreds of checks would not fit into the socket together.
void Worker::askNextCreate() {
    if (state_ != State::Up || first(Stage::Asked) != nullptr) return;
    if (auto* next = first(Stage::Absent)) askCreate(*next);
}

Worker::Seat* Worker::first(Stage stage) {
    const auto is = [stage](const auto& each) { return each.second.stage == stage; };
    const auto found = std::ranges::find_if(seats_, is);
    return found == seats_.end() ? nullptr : &found->second;
}

void Worker::beginsWork() {
    busySince_ = Clock::now();
    lateSince_.reset();
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
