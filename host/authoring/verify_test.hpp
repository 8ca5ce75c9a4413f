// The tests of `probehost plugin verify`: what each is called, shows and does.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "authoring/finding.hpp"

namespace probehost::authoring {

// The plugin that is verified, and what its author gave along.
struct Subject {
    std::string file;
    std::string settingsFile; // "": the checkers' own examples are used
    std::string checker;      // whom the settings are for; "": the only one
    std::string previous;     // another version of the file; "": none
    std::string glibc;        // the oldest C library that it must run with, such as 2.31; "": not asked for
    uint64_t seed = 1;
    // Says what a test is about to do, for the case that it does not come back.
    std::function<void(const std::string&)> doing = [](const std::string&) {};
};

struct VerifyTest {
    const char* id;
    int level;         // 1 quick, 2 thorough, 3 patient
    const char* shows; // what is true when it passes
    const char* needs; // the test without whose success this one can say nothing; "": none
    const char* fix;   // when the plugin ends or holds up the test's process
    std::chrono::seconds limit;
    Finding (*run)(const Subject& subject); // in a process of its own; may throw
    bool exits = false;                     // its process then ends by exit(), as programs do
    bool stepsClock = false;                // its process has a wall clock of its own
};

using VerifyTests = std::vector<VerifyTest>;

VerifyTests staticTests();   // S: read the file and run none of it
VerifyTests loadTests();     // L: open it
VerifyTests contractTests(); // C: create and destroy checks
VerifyTests runTests();      // R: run them
VerifyTests teardownTests(); // T, U: end them; live beside others

// All of them, in the order in which they are to be run.
const VerifyTests& verifyTests();

} // namespace probehost::authoring
