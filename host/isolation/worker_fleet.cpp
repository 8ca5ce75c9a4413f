// Workers are made when first asked for.
#include "isolation/worker_fleet.hpp"

#include <poll.h>

#include <chrono>
#include <future>

#include "isolation/payloads.hpp"
#include "plugin/plugin_file.hpp"

namespace probehost {

namespace {

// A plugin may log and ask while it is initialised; it will do so again when it is wanted.
bool tellsOfLoading(const std::string& bytes) {
    const auto type = FrameReader(bytes).type();
    return type == FrameType::Loaded || type == FrameType::Refused;
}

// What the worker says of its plugin; "" when it ended or `end` has come without a word.
std::string firstFrame(WorkerProcess& process, Clock::time_point end) {
    std::string frame;
    for (;;) {
        const auto received = process.receive(frame);
        if (received == WorkerProcess::Received::Frame && tellsOfLoading(frame)) return frame;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
        if (received == WorkerProcess::Received::Closed || left <= 0) return "";
        pollfd wait = {process.socket(), POLLIN, 0};
        if (received == WorkerProcess::Received::Nothing) poll(&wait, 1, static_cast<int>(left));
    }
}

// Why there was no frame.
PluginDied death(WorkerProcess& process, Clock::time_point end) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    pollfd wait = {process.pidfd(), POLLIN, 0};
    if (left > 0) poll(&wait, 1, static_cast<int>(left));
    const auto how = process.ended();
    if (!how) return {"did not finish loading within 5s", "did not start within 5s"};
    return {how->starts_with("crashed: ") ? "crashed while loading: " + how->substr(9) : *how + " while loading", *how};
}

PluginDescription described(const std::string& bytes, const std::string& file) {
    FrameReader frame(bytes);
    if (frame.type() == FrameType::Refused) throw PluginRefused(frame.text());
    return readDescription(frame, file);
}

} // namespace

WorkerFleet::~WorkerFleet() {
    if (!loopToStay_) return;
    for (const auto& [file, worker] : workers_) loopToStay_->post([&worker = *worker] { worker.shutDown(); });
    loopToStay_->stop();
}

Worker& WorkerFleet::of(const PluginImage& plugin) {
    if (!loopToStay_) loopToStay_ = loop();
    dismissIdle();
    auto& worker = workers_[plugin];
    if (!worker) worker = std::make_shared<Worker>(program_, plugin, *loopToStay_, services_);
    return *worker;
}

std::shared_ptr<WorkerLoop> WorkerFleet::loop() {
    const std::scoped_lock lock(mutex_);
    auto loop = loop_.lock();
    if (!loop) loop_ = loop = std::make_shared<WorkerLoop>();
    return loop;
}

void WorkerFleet::newChance() {
    for (const auto& [file, worker] : workers_) worker->newChance();
}

// The loop may be about to leave the worker's last call, so the worker goes after that, on the loop's thread.
void WorkerFleet::dismissIdle() {
    std::erase_if(workers_, [this](const auto& entry) {
        if (!entry.second->idle()) return false;
        loopToStay_->post([worker = entry.second] {});
        return true;
    });
}

// On the loop's thread, which outlives whoever waits. A process that comes too late for that ends with its promise.
WorkerFleet::Process WorkerFleet::spawn(WorkerLoop& loop, const PluginImage& plugin, Clock::time_point end) const {
    auto spawned = std::make_shared<std::promise<Process>>();
    auto process = spawned->get_future();
    loop.post([spawned, program = program_, plugin] {
        try {
            spawned->set_value(std::make_unique<WorkerProcess>(program, plugin));
        } catch (...) {
            spawned->set_exception(std::current_exception());
        }
    });
    if (process.wait_until(end) == std::future_status::timeout)
        throw PluginDied("did not start within 5s", "did not start within 5s");
    return process.get();
}

PluginDescription WorkerFleet::describe(const PluginImage& plugin) {
    inspectPluginFile(plugin.path());
    const auto end = Clock::now() + Worker::loadLimit;
    try {
        const auto loop = this->loop(); // outlives the process
        const auto process = spawn(*loop, plugin, end);
        const auto frame = firstFrame(*process, end);
        if (frame.empty()) throw death(*process, end);
        auto description = described(frame, plugin.file());
        if (hasGoRuntime(plugin.path())) description.flags |= PH_PLUGIN_OWN_PROCESS;
        return description;
    } catch (const FrameBroken& broken) {
        throw PluginDied(std::string("spoke garbage while loading: ") + broken.what(), "sent garbage");
    } catch (const PluginRefused&) {
        throw;
    } catch (const std::runtime_error& failure) {
        throw PluginRefused(std::string("could not be tried: ") + failure.what());
    }
}

} // namespace probehost
