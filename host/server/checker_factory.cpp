// The plugins that come with probehost are trusted to run in it; all others keep to themselves.
#include "server/checker_factory.hpp"

#include <algorithm>

#include "health/unusable_checker.hpp"
#include "isolation/worker_checker.hpp"
#include "plugin/installation.hpp"
#include "plugin/plugin_checker.hpp"

namespace probehost {

namespace {

// It asks for that; or it could be written over while its code runs, because it is not opened as a copy.
bool cannotShareProcess(const Plugin& plugin) {
    if ((plugin.description.flags & PH_PLUGIN_OWN_PROCESS) != 0) return true;
    return plugin.image.inPlace() && !isShipped(plugin.description.file);
}

bool inProcessOfItsOwn(Isolation isolation, const Plugin& plugin) {
    if (cannotShareProcess(plugin)) return true;
    if (isolation != Isolation::Auto) return isolation == Isolation::Process;
    return !isShipped(plugin.description.file);
}

bool startsPrograms(const Plugin& plugin, const std::string& checker) {
    const auto& offered = plugin.description.checkers;
    const auto found = std::ranges::find(offered, checker, &CheckerInfo::name);
    return found != offered.end() && found->startsPrograms;
}

CreatedChecker createHere(const CheckEntry& check, const Plugin& plugin, PluginEnvironment& environment) {
    auto table = environment.registry().open(check.policy.checker);
    auto checker = environment.calls().create(plugin.image, std::move(table), environment.host(), check.settings);
    if (checker) return {std::move(checker), ""};
    return {std::make_unique<UnusableChecker>("Checker did not start within 5s"),
            "is unhealthy until a reload, because its checker " + check.policy.checker + " did not start within 5s"};
}

} // namespace

CreatedChecker createChecker(const CheckEntry& check, PluginEnvironment& environment) {
    const auto& name = check.policy.checker;
    const auto* plugin = environment.registry().provider(name);
    if (plugin == nullptr) throw PluginRefused("unknown checker");
    if (!inProcessOfItsOwn(check.isolation, *plugin)) return createHere(check, *plugin, environment);
    if (startsPrograms(*plugin, name))
        throw PluginRefused("starts programs, which a worker process may not; expected isolation: thread");
    auto checker = std::make_unique<WorkerChecker>(environment.workers().of(plugin->image), name, check.settings);
    const auto& death = checker->death();
    std::string warning = death.empty() ? "" : "its worker process " + death + " when the check was created";
    if (warning.empty() && check.isolation == Isolation::Thread)
        warning = "runs in a process of its own, because its plugin cannot share one: isolation thread is not obeyed";
    return {std::move(checker), std::move(warning)};
}

} // namespace probehost
