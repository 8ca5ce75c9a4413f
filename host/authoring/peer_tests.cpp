// What a check does when its dependency is sick: the peer of the settings is this test's own.
#include <algorithm>
#include <csignal>
#include <optional>
#include <thread>

#include "authoring/opened_plugin.hpp"
#include "authoring/peer_address.hpp"
#include "authoring/process_state.hpp"
#include "authoring/run_tests.hpp"
#include "authoring/scripted_peer.hpp"

namespace probehost::authoring {

namespace {

using std::chrono::milliseconds;

constexpr const char* noPeer = "give --with settings whose address is ${peer}, a sick peer of this test's own";
constexpr const char* obeyDeadline =
    "poll the deadline and cancel_fd with every wait (rule C2); checker.hpp's run.wait() does";
constexpr const char* unreached = "its run did not connect to ${peer}";
constexpr milliseconds tolerated{100};
constexpr int tries = 3; // on a busy machine one may be late for no fault of its own

// With background work waited for, because that is where some checkers ask.
RunOutcome runOnce(const TriedChecker& tried, TriedCheck& check) {
    return check.run(Clock::now() + std::min(tried.timeout(), milliseconds(500)), PH_REASON_ONCE);
}

Finding comesBackInTime(const TriedChecker& tried, Sickness sickness) {
    milliseconds least = milliseconds::max();
    for (int i = 0; i < tries && least > tolerated; i++) {
        auto check = tried.create();
        check.require();
        least = std::min(least, runOnce(tried, check).late);
    }
    if (least <= tolerated) return pass();
    return fail("a run came back " + std::to_string(least.count()) + " ms after its deadline while its peer " +
                    inWords(sickness),
                obeyDeadline);
}

Finding obeysItsDeadline(const Subject& subject) {
    if (!mentionsPeer(subject.settingsFile)) return skip(noPeer);
    for (const auto sickness : {Sickness::Silent, Sickness::Unreachable}) {
        subject.doing(std::string("a run, while its peer ") + inWords(sickness));
        const ScriptedPeer peer(sickness);
        const auto finding =
            eachChecker(subject, [&](const TriedChecker& tried) { return comesBackInTime(tried, sickness); });
        if (finding.outcome != Outcome::Pass) return finding;
        if (sickness == Sickness::Silent && !peer.wasReached()) return skip(unreached);
    }
    return pass();
}

// How long after its cancel a run came back; nothing when it was over before.
std::optional<milliseconds> afterCancel(const TriedChecker& tried) {
    constexpr std::chrono::seconds patience{2};
    constexpr milliseconds underWay{150};
    auto check = tried.create();
    check.require();
    std::optional<RunOutcome> outcome;
    std::atomic<bool> over{false};
    std::thread runner([&] {
        outcome = check.run(Clock::now() + patience, PH_REASON_ONCE);
        over = true;
    });
    std::this_thread::sleep_for(underWay);
    const bool early = over;
    const auto start = Clock::now();
    check.cancel();
    runner.join();
    if (early) return std::nullopt;
    return std::chrono::duration_cast<milliseconds>(Clock::now() - start);
}

Finding obeysCancel(const Subject& subject) {
    if (!mentionsPeer(subject.settingsFile)) return skip(noPeer);
    const ScriptedPeer peer(Sickness::Silent);
    return eachChecker(subject, [&](const TriedChecker& tried) {
        milliseconds least = milliseconds::max();
        for (int i = 0; i < tries && least > tolerated; i++) {
            const auto took = afterCancel(tried);
            if (!took) return skip("its run was over before it could be cancelled");
            least = std::min(least, *took);
        }
        if (least <= tolerated) return pass();
        return fail("a run came back " + std::to_string(least.count()) + " ms after it was cancelled", obeyDeadline);
    });
}

Finding survives(const TriedChecker& tried, Sickness sickness) {
    constexpr long mostGrowth = 64 * 1024; // kilobytes
    const auto memory = residentKilobytes();
    auto check = tried.create();
    check.require();
    for (int i = 0; i < 2; i++) {
        const auto outcome = runOnce(tried, check);
        if (outcome.code == PH_OK && !outcome.said)
            return fail(std::string("a run gave no verdict while its peer ") + inWords(sickness),
                        "call verdict() on every path");
        if (residentKilobytes() - memory > mostGrowth)
            return fail(std::string("a run took more than 64 MB while its peer ") + inWords(sickness),
                        "bound what is read");
    }
    return comesBackInTime(tried, sickness);
}

Finding survivesSickPeers(const Subject& subject) {
    if (!mentionsPeer(subject.settingsFile)) return skip(noPeer);
    std::signal(SIGPIPE, SIG_DFL); // as a worker has it
    for (const auto sickness : {Sickness::Refuses, Sickness::Resets, Sickness::BreaksOff, Sickness::Garbage,
                                Sickness::Drips, Sickness::Floods}) {
        subject.doing(std::string("a run, while its peer ") + inWords(sickness));
        const ScriptedPeer peer(sickness);
        const auto finding = eachChecker(subject, [&](const TriedChecker& tried) { return survives(tried, sickness); });
        if (finding.outcome != Outcome::Pass) return finding;
        if (sickness != Sickness::Refuses && !peer.wasReached()) return skip(unreached);
    }
    return pass();
}

} // namespace

VerifyTests peerTests() {
    constexpr std::chrono::seconds limit{30};
    return {
        {"R1", 2, "a run ends at its deadline when nobody answers", "R14", obeyDeadline, limit, obeysItsDeadline},
        {"R2", 2, "a run ends when it is cancelled", "R14", obeyDeadline, limit, obeysCancel},
        {"R5", 2, "a sick peer costs neither time nor memory", "R14", obeyDeadline, limit, survivesSickPeers},
    };
}

} // namespace probehost::authoring
