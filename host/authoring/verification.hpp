// A whole verification: which tests, in which order, and what all of them found.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "authoring/verify_test.hpp"

namespace probehost::authoring {

struct VerifiedTest {
    const VerifyTest* test;
    Finding finding;
    std::chrono::milliseconds took{0};
};

struct Selection {
    int level = 2;
    std::vector<std::string> only; // ids, whatever their level; empty: all of the level
};

// nullptr when there is no such test. Case does not matter.
const VerifyTest* findTest(const std::string& id);

// The chosen tests, and those that they need, in their order.
std::vector<const VerifyTest*> chosenTests(const Selection& selection);

// Runs them one after the other, each in a process of its own; a test whose need was not met is skipped. `starting` is
// called before each with its place among all.
std::vector<VerifiedTest> verify(const Subject& subject, const std::vector<const VerifyTest*>& tests,
                                 const std::function<void(const VerifyTest&, size_t place)>& starting);

size_t count(const std::vector<VerifiedTest>& results, Outcome outcome);

} // namespace probehost::authoring
