// What one test of a plugin found.
#pragma once

#include <string>
#include <utility>

namespace probehost::authoring {

enum class Outcome { Pass, Warn, Fail, Skip };

struct Finding {
    Outcome outcome = Outcome::Pass;
    std::string reason; // "" only when it passes
    std::string fix;    // "" when there is nothing to do
};

inline Finding pass(std::string reason = {}) { return {Outcome::Pass, std::move(reason), {}}; }
inline Finding warn(std::string reason, std::string fix) { return {Outcome::Warn, std::move(reason), std::move(fix)}; }
inline Finding fail(std::string reason, std::string fix) { return {Outcome::Fail, std::move(reason), std::move(fix)}; }
// The test has nothing to say here; the reason tells why, and what would change that.
inline Finding skip(std::string reason) { return {Outcome::Skip, std::move(reason), {}}; }

} // namespace probehost::authoring
