// A worker creates its checks one after the other, and what hangs meanwhile is found out.
#include <algorithm>

#include "health/standstill.hpp"
#include "isolation/payloads.hpp"
#include "isolation/worker.hpp"

namespace probehost {

namespace {

constexpr std::chrono::milliseconds rest{500};       // for all creates together that follow one that hung
constexpr std::chrono::milliseconds secondLook{250}; // before anybody is given up: this process may just have gone on
constexpr int mostUnread = 32;                       // runs that fit into its socket, with their cancels

} // namespace

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
    const auto wait = awaitReady(lock, seat, start + patience_, For::Creation);
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

// Ready, or a failure that is known already; late when there is no telling yet. Of time in which this process stood
// still nobody knows what the worker did with it, so it begins anew.
Worker::Wait Worker::awaitReady(Lock& lock, const Seat& seat, Clock::time_point deadline, For what) {
    const auto deaths = deaths_;
    auto now = Clock::now();
    for (Standstill standstill(now);; now = Clock::now()) {
        if (standstill.until(now) > Clock::duration::zero()) beginsWork();
        giveUp(now);
        if (const auto known = stateOf(seat, deaths, what)) return *known;
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

std::optional<Worker::Wait> Worker::stateOf(const Seat& seat, uint64_t deathsBefore, For what) {
    if (seat.ended) return Wait::Late;
    if (seat.stage == Stage::Created && (what == For::Creation || hearsOfRuns())) return Wait::Ready;
    const bool died = deaths_ != deathsBefore && !hung_;
    const bool settled = seat.stage == Stage::Refused || seat.stage == Stage::Hung;
    if (settled || policy_.quarantined() || died) return Wait::Failed;
    return std::nullopt;
}

// While it creates a check it reads nothing, so what it is told must fit into its socket.
bool Worker::hearsOfRuns() {
    if (unread_ >= mostUnread && first(Stage::Asked) == nullptr) unread_ = 0;
    return unread_ < mostUnread;
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

void Worker::askCreate(Seat& seat) {
    seat.stage = Stage::Asked;
    unread_ = 0;
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

} // namespace probehost
