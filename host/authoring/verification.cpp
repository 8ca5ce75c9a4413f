// Needs are met before what needs them, because the table of tests has them first.
#include "authoring/verification.hpp"

#include <strings.h>

#include <algorithm>
#include <map>
#include <set>

#include "authoring/test_process.hpp"

namespace probehost::authoring {

namespace {

void addWithNeeds(const std::string& id, std::set<std::string>& ids) {
    for (const auto* test = findTest(id); test != nullptr; test = findTest(test->needs)) ids.insert(test->id);
}

Finding findingOf(const VerifyTest& test, const Subject& subject, const std::map<std::string, Outcome>& before) {
    const auto need = before.find(test.needs);
    const bool unmet = need != before.end() && (need->second == Outcome::Fail || need->second == Outcome::Skip);
    return unmet ? skip(std::string("it needs ") + test.needs + " to pass first") : runInProcess(test, subject);
}

} // namespace

const VerifyTest* findTest(const std::string& id) {
    const auto& tests = verifyTests();
    const auto found =
        std::ranges::find_if(tests, [&](const auto& test) { return strcasecmp(test.id, id.c_str()) == 0; });
    return found == tests.end() ? nullptr : &*found;
}

std::vector<const VerifyTest*> chosenTests(const Selection& selection) {
    std::set<std::string> ids;
    for (const auto& id : selection.only) addWithNeeds(id, ids);
    std::vector<const VerifyTest*> chosen;
    for (const auto& test : verifyTests()) {
        const bool wanted = selection.only.empty() ? test.level <= selection.level : ids.contains(test.id);
        if (wanted) chosen.push_back(&test);
    }
    return chosen;
}

std::vector<VerifiedTest> verify(const Subject& subject, const std::vector<const VerifyTest*>& tests,
                                 const std::function<void(const VerifyTest&, size_t place)>& starting) {
    using Clock = std::chrono::steady_clock;
    std::vector<VerifiedTest> results;
    std::map<std::string, Outcome> outcomes;
    for (const auto* test : tests) {
        starting(*test, results.size() + 1);
        const auto start = Clock::now();
        auto finding = findingOf(*test, subject, outcomes);
        outcomes[test->id] = finding.outcome;
        const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start);
        results.push_back({test, std::move(finding), took});
    }
    return results;
}

size_t count(const std::vector<VerifiedTest>& results, Outcome outcome) {
    return static_cast<size_t>(
        std::ranges::count_if(results, [&](const auto& result) { return result.finding.outcome == outcome; }));
}

} // namespace probehost::authoring
