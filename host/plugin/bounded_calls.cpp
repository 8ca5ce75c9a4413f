// A thread for each call, which owns all it uses and is left behind when it does not come back.
#include "plugin/bounded_calls.hpp"

#include <pthread.h>

#include <algorithm>
#include <system_error>
#include <thread>
#include <utility>

namespace probehost {

namespace {

// Throws std::system_error when there is no thread for it.
template <typename Call>
auto beside(const char* name, Call call) {
    std::packaged_task<decltype(call())()> task([name, call = std::move(call)]() mutable {
        pthread_setname_np(pthread_self(), name);
        return call();
    });
    auto result = task.get_future();
    std::thread(std::move(task)).detach();
    return result;
}

template <typename Result>
bool done(const std::future<Result>& call, std::chrono::seconds limit) {
    return call.wait_for(limit) == std::future_status::ready;
}

class BoundedChecker final : public Checker {
  public:
    BoundedChecker(std::unique_ptr<PluginChecker> checker, std::weak_ptr<const void> running)
        : checker_(std::move(checker)), running_(std::move(running)) {}

    // Without a thread for it, the call is made by this one.
    ~BoundedChecker() override {
        try {
            auto destruction = [running = running_.lock(), checker = std::move(checker_)]() mutable {
                checker.reset();
            };
            done(beside("destroy", std::move(destruction)), BoundedCalls::limit);
        } catch (const std::system_error&) {
            return;
        }
    }

    BoundedChecker(const BoundedChecker&) = delete;
    BoundedChecker& operator=(const BoundedChecker&) = delete;

    std::optional<Result> run(const RunRequest& request) override { return checker_->run(request); }
    void cancel() override { checker_->cancel(); }
    void end() override { checker_->end(); }

  private:
    std::unique_ptr<PluginChecker> checker_;
    const std::weak_ptr<const void> running_;
};

} // namespace

std::unique_ptr<Checker> BoundedCalls::create(const PluginImage& plugin, std::shared_ptr<const ph_checker> checker,
                                              const ph_host* host, const CheckSettings& settings) {
    if (busy(plugin)) return nullptr;
    auto created = beside("create", [checker = std::move(checker), host, settings]() mutable {
        return attempt(std::move(checker), host, settings);
    });
    if (!done(created, limit)) {
        late_.emplace(plugin, std::move(created));
        return nullptr;
    }
    auto outcome = created.get();
    if (outcome.checker == nullptr) throw CheckNotCreated(outcome.refusal);
    return std::make_unique<BoundedChecker>(std::move(outcome.checker), running_);
}

bool BoundedCalls::leftBehind() const {
    const auto late = [](const auto& each) { return !done(each.second, std::chrono::seconds(0)); };
    return running_.use_count() > 1 || std::ranges::any_of(late_, late);
}

// What came too late is destroyed when the plugin is asked again.
bool BoundedCalls::busy(const PluginImage& plugin) {
    const auto late = late_.find(plugin);
    if (late == late_.end()) return false;
    if (!done(late->second, std::chrono::seconds(0))) return true;
    late_.erase(late);
    return false;
}

// A refusal crosses to the other thread as a text, because an exception would be shared by both.
BoundedCalls::Outcome BoundedCalls::attempt(std::shared_ptr<const ph_checker> checker, const ph_host* host,
                                            const CheckSettings& settings) {
    try {
        return {std::make_unique<PluginChecker>(std::move(checker), host, settings), {}};
    } catch (const CheckNotCreated& refused) {
        return {nullptr, refused.what()};
    } catch (...) {
        return {nullptr, "its checker threw an exception when it was created, which no plugin may"};
    }
}

} // namespace probehost
