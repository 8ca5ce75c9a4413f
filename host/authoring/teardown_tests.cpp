// The end of checks and processes, and life beside others.
#include <filesystem>
#include <thread>

#include "authoring/opened_plugin.hpp"
#include "authoring/process_state.hpp"
#include "authoring/verify_test.hpp"
#include "config/suggestion.hpp"
#include "isolation/worker_checker.hpp"
#include "isolation/worker_fleet.hpp"
#include "plugin/installation.hpp"
#include "plugin/plugin_checker.hpp"

namespace probehost::authoring {

namespace {

void runAndDestroy(const TriedChecker& tried) {
    auto check = tried.create();
    check.require();
    check.runFor(tried.timeout());
}

// What a vendor's library opens once and keeps for the life of the process is its first use, not a leak.
Finding leavesNothingBehind(const Subject& subject) {
    return eachChecker(subject, [&](const TriedChecker& tried) {
        runAndDestroy(tried);
        const ProcessState before;
        runAndDestroy(tried);
        const auto changes = settledChanges(before);
        if (changes.empty()) return pass();
        return fail("after destroy(): " + joined(changes),
                    "destroy() joins threads and closes what is open (rules T5, C6)");
    });
}

Finding endsWithProcess(const Subject& subject) {
    auto* opened = new OpenedPlugin(subject); // for exit() to find it open
    for (const auto& info : opened->library.describe().checkers) {
        if (!subject.checker.empty() && subject.checker != info.name) continue;
        auto* check = new TriedCheck(*opened->library.find(info.name), opened->host.table(), settingsOf(subject, info));
        check->require();
        check->runFor(std::min(info.timeout, std::chrono::milliseconds(1000)));
    }
    subject.doing("exit(), without destroy() and deinit()");
    return pass();
}

std::string shown(const std::optional<Result>& result) {
    static constexpr std::array words = {"pass", "warn", "fail"};
    if (!result) return "a timeout";
    return std::string(words[static_cast<size_t>(result->status)]) +
           (result->message.empty() ? "" : ": " + result->message);
}

Finding isTheSameInWorkers(const Subject& subject) {
    return eachChecker(subject, [&](const TriedChecker& tried) {
        if (tried.info.startsPrograms) return skip("it starts programs, which a worker may not");
        PluginChecker near(tried.checker, tried.opened.host.table(), tried.settings);
        RecordingServices services;
        WorkerFleet fleet(workerProgram(), services);
        WorkerChecker far(fleet.of(std::filesystem::absolute(subject.file).string()), tried.info.name, tried.settings);
        const auto request = [&] { return RunRequest{Clock::now() + tried.info.timeout, Reason::Once, 1}; };
        const auto here = shown(near.run(request()));
        const auto there = shown(far.run(request()));
        if (here == there || shown(near.run(request())) != here) return pass(); // it changes by itself
        return fail("in the host's process it says \"" + here + "\", in a worker \"" + there + "\"",
                    "a worker has little memory, starts no process and sees no environment: ask for nothing of these");
    });
}

std::vector<std::string> installedBeside(const std::string& file) {
    std::vector<std::string> others;
    std::error_code failed;
    for (const auto& folder : {pluginDirectory(), std::filesystem::absolute(file).parent_path().string()}) {
        for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
            const bool isPlugin =
                entry.path().extension() == ".so" && !std::filesystem::equivalent(entry.path(), file, failed);
            if (isPlugin) others.push_back(entry.path().string());
        }
    }
    return others;
}

Finding livesBesideItsPrevious(const Subject& subject) {
    if (subject.previous.empty()) return skip("no --previous version was given");
    Subject previous = subject;
    previous.file = subject.previous;
    return eachChecker(previous, [&](const TriedChecker& before) {
        auto check = before.create();
        check.require();
        check.runFor(before.timeout());
        subject.doing("a run beside one of " + subject.previous);
        auto finding = eachChecker(subject, [&](const TriedChecker& tried) {
            runAndDestroy(tried);
            return pass();
        });
        subject.doing("a run of " + subject.previous + " after that");
        check.runFor(before.timeout());
        return finding;
    });
}

// Others that cannot be opened are their own authors' business.
Finding livesBesideOthers(const Subject& subject) {
    std::vector<std::unique_ptr<OpenedPlugin>> others;
    for (const auto& file : installedBeside(subject.file)) {
        Subject other;
        other.file = file;
        subject.doing("opening " + file);
        try {
            others.push_back(std::make_unique<OpenedPlugin>(other));
        } catch (const PluginRefused&) {
            continue;
        }
    }
    if (others.empty()) return skip("no other plugin is installed, or lies beside it");
    subject.doing("a run beside " + std::to_string(others.size()) + " other plugins");
    return eachChecker(subject, [&](const TriedChecker& tried) {
        runAndDestroy(tried);
        return pass();
    });
}

} // namespace

VerifyTests teardownTests() {
    constexpr std::chrono::seconds limit{20};
    constexpr const char* exit = "destructors of static objects must not need what is gone by then";
    constexpr const char* apart = "say PH_PLUGIN_OWN_PROCESS";
    VerifyTests tests = {
        {"T1", 2, "destroy() leaves the process as it was", "R14", "destroy() must come back", limit,
         leavesNothingBehind},
        {"T4", 2, "a process can end while its checks live", "R14", exit, limit, endsWithProcess, true},
        {"U3", 2, "it says the same in a worker process", "R14", apart, std::chrono::seconds(40), isTheSameInWorkers},
        {"U1", 2, "it lives beside its previous version", "R14", apart, limit, livesBesideItsPrevious},
        {"U2", 3, "it lives beside every other plugin", "R14", apart, limit, livesBesideOthers},
    };
    return tests;
}

} // namespace probehost::authoring
