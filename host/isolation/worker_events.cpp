// What happens to a worker on the loop's thread: it starts, speaks and dies.
#include "isolation/payloads.hpp"
#include "isolation/worker.hpp"

namespace probehost {

namespace {

constexpr int framesAtOnce = 64; // so that a talkative worker does not keep the others waiting

} // namespace

void Worker::start() {
    std::unique_ptr<WorkerProcess> process;
    std::string why;
    try {
        process = std::make_unique<WorkerProcess>(program_, plugin_);
        loop_.watch(process->socket(), [this] { hear(); });
        loop_.watch(process->pidfd(), [this] { bury(); });
    } catch (const std::runtime_error& failure) {
        why = failure.what();
    }
    const Lock lock(mutex_);
    if (!why.empty()) {
        if (process) loop_.unwatch(process->socket());
        died("could not be started: " + why, false);
        return;
    }
    process_ = std::move(process);
    state_ = State::Loading;
    hasOtherWork_ = false;
    beginsWork();
}

void Worker::hear() {
    std::string bytes;
    for (int i = 0; i < framesAtOnce; i++) {
        const auto received = process_->receive(bytes);
        if (received == WorkerProcess::Received::Nothing) return;
        if (received == WorkerProcess::Received::Closed) {
            loop_.unwatch(process_->socket());
            const Lock lock(mutex_);
            kill("closed its connection", false);
            return;
        }
        understand(bytes);
    }
}

void Worker::understand(const std::string& bytes) {
    try {
        if (bytes.size() > longestFrame) throw FrameBroken("frame too long");
        FrameReader frame(bytes);
        handle(frame);
    } catch (const FrameBroken&) {
        const Lock lock(mutex_);
        kill("sent garbage", false);
    }
}

void Worker::handle(FrameReader& frame) {
    switch (frame.type()) {
        case FrameType::Log:
            return log(frame);
        case FrameType::AppAsked:
            return answerApp(frame);
        case FrameType::Loaded:
            return loaded();
        case FrameType::Refused: {
            const Lock lock(mutex_);
            return kill("could not be loaded again: " + frame.text(), false);
        }
        case FrameType::Created:
        case FrameType::NotCreated:
        case FrameType::Finished:
            return handleOfCheck(frame);
        default:
            throw FrameBroken("not a worker's frame");
    }
}

void Worker::handleOfCheck(FrameReader& frame) {
    const Lock lock(mutex_);
    const auto found = seats_.find(frame.check());
    if (found == seats_.end() || state_ == State::Dying) return;
    auto& seat = found->second;
    if (frame.type() == FrameType::Created) seat.stage = Stage::Created;
    if (frame.type() == FrameType::NotCreated) {
        seat.stage = Stage::Refused;
        seat.refusal = frame.text();
    }
    if (frame.type() == FrameType::Finished && frame.run() == seat.run) {
        seat.result = readResult(frame);
        seat.finished = true;
    }
    askNextCreate();
    changed_.notify_all();
}

void Worker::log(FrameReader& frame) {
    const uint8_t level = frame.byte();
    if (level > static_cast<uint8_t>(Level::Error)) throw FrameBroken("unknown level");
    services_.say(static_cast<Level>(level), frame.text());
}

void Worker::answerApp(FrameReader& frame) {
    int64_t age = 0;
    const int32_t state = services_.appState(frame.text(), age);
    const Lock lock(mutex_);
    send(FrameWriter(FrameType::AppSaid, 0, frame.run()).number(state).number(age));
}

void Worker::loaded() {
    const Lock lock(mutex_);
    if (state_ != State::Loading) return;
    state_ = State::Up;
    askNextCreate();
    changed_.notify_all();
}

// What the worker said before its end still counts.
void Worker::bury() {
    hear();
    const Lock lock(mutex_);
    const auto how = process_->ended();
    if (!how) return;
    loop_.unwatch(process_->socket());
    loop_.unwatch(process_->pidfd());
    process_.reset();
    const bool killed = state_ == State::Dying && *how == "crashed: SIGKILL"; // else it was faster
    died(killed ? killedBecause_ : *how, killed && hung_);
}

void Worker::died(const std::string& how, bool hung) {
    lastDeath_ = how;
    hung_ = hung;
    if (!hung) policy_.died(Clock::now());
    state_ = State::Down;
    deaths_++;
    forgetChecks();
    changed_.notify_all();
}

void Worker::shutDown() {
    const Lock lock(mutex_);
    if (!process_) return;
    loop_.unwatch(process_->socket());
    loop_.unwatch(process_->pidfd());
    process_.reset();
    died("ended with the host", true);
}

} // namespace probehost
