// Creates and destroys plugins' checks in this process, in bounded time whatever a plugin does.
#pragma once

#include <future>
#include <map>
#include <memory>
#include <string>

#include "plugin/plugin_checker.hpp"
#include "plugin/plugin_image.hpp"

namespace probehost {

class BoundedCalls {
  public:
    static constexpr std::chrono::seconds limit{5};

    // As PluginChecker's constructor; throws CheckNotCreated. nullptr when the check was not there within `limit`, or
    // when the plugin is still busy with an earlier one, because its create is never called twice at once. Not from two
    // threads at once. The check's destructor returns within `limit`, too, and may be called by any thread.
    std::unique_ptr<Checker> create(const PluginImage& plugin, std::shared_ptr<const ph_checker> checker,
                                    const ph_host* host, const CheckSettings& settings);

    // A call has not come back yet: its thread still uses the host, which must not be destroyed. Any thread.
    bool leftBehind() const;

  private:
    struct Outcome {
        std::unique_ptr<PluginChecker> checker;
        std::string refusal; // why there is no checker
    };

    static Outcome attempt(std::shared_ptr<const ph_checker> checker, const ph_host* host,
                           const CheckSettings& settings);
    bool busy(const PluginImage& plugin);

    std::map<PluginImage, std::future<Outcome>> late_;
    const std::shared_ptr<const void> running_ = std::make_shared<char>(); // shared by destructors' threads
};

} // namespace probehost
