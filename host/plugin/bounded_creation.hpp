// Creates plugins' checks in this process, in bounded time whatever a plugin does.
#pragma once

#include <future>
#include <map>
#include <memory>
#include <string>

#include "plugin/plugin_checker.hpp"
#include "plugin/plugin_image.hpp"

namespace probehost {

class BoundedCreation {
  public:
    static constexpr std::chrono::seconds limit{5};

    // As PluginChecker's constructor; throws CheckNotCreated. nullptr when the check was not there within `limit`, or
    // when the plugin is still busy with an earlier one, because its create is never called twice at once. Not from two
    // threads at once.
    std::unique_ptr<PluginChecker> create(const PluginImage& plugin, std::shared_ptr<const ph_checker> checker,
                                          const ph_host* host, const CheckSettings& settings);

    // A call has not come back yet: its thread still uses the host, which must not be destroyed.
    bool leftBehind() const;

  private:
    struct Outcome {
        std::unique_ptr<PluginChecker> checker;
        std::string refusal; // why there is no checker
    };
    using Created = std::future<Outcome>;

    static Outcome attempt(std::shared_ptr<const ph_checker> checker, const ph_host* host,
                           const CheckSettings& settings);
    static Created start(std::shared_ptr<const ph_checker> checker, const ph_host* host, const CheckSettings& settings);
    bool busy(const PluginImage& plugin);

    std::map<PluginImage, Created> late_;
};

} // namespace probehost
