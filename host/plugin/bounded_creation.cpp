// A thread for each creation, which owns all it uses and is left behind when it does not come back.
#include "plugin/bounded_creation.hpp"

#include <pthread.h>

#include <algorithm>
#include <thread>
#include <utility>

namespace probehost {

namespace {

template <typename Outcome>
bool done(const std::future<Outcome>& created) {
    return created.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

} // namespace

std::unique_ptr<PluginChecker> BoundedCreation::create(const PluginImage& plugin,
                                                       std::shared_ptr<const ph_checker> checker, const ph_host* host,
                                                       const CheckSettings& settings) {
    if (busy(plugin)) return nullptr;
    auto created = start(std::move(checker), host, settings);
    if (created.wait_for(limit) != std::future_status::ready) {
        late_.emplace(plugin, std::move(created));
        return nullptr;
    }
    auto outcome = created.get();
    if (outcome.checker == nullptr) throw CheckNotCreated(outcome.refusal);
    return std::move(outcome.checker);
}

bool BoundedCreation::leftBehind() const {
    return std::ranges::any_of(late_, [](const auto& each) { return !done(each.second); });
}

// What came too late is destroyed when the plugin is asked again.
bool BoundedCreation::busy(const PluginImage& plugin) {
    const auto late = late_.find(plugin);
    if (late == late_.end()) return false;
    if (!done(late->second)) return true;
    late_.erase(late);
    return false;
}

// A refusal crosses to the other thread as a text, because an exception would be shared by both.
BoundedCreation::Outcome BoundedCreation::attempt(std::shared_ptr<const ph_checker> checker, const ph_host* host,
                                                  const CheckSettings& settings) {
    try {
        return {std::make_unique<PluginChecker>(std::move(checker), host, settings), {}};
    } catch (const CheckNotCreated& refused) {
        return {nullptr, refused.what()};
    }
}

BoundedCreation::Created BoundedCreation::start(std::shared_ptr<const ph_checker> checker, const ph_host* host,
                                                const CheckSettings& settings) {
    std::packaged_task<Outcome()> task([checker = std::move(checker), host, settings]() mutable {
        pthread_setname_np(pthread_self(), "create");
        return attempt(std::move(checker), host, settings);
    });
    auto created = task.get_future();
    std::thread(std::move(task)).detach();
    return created;
}

} // namespace probehost
