// Runs checks once, side by side, each within its timeout: for commands, without a scheduler.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "health/check.hpp"

namespace probehost {

struct OneShot {
    std::vector<CheckState> states; // in the order of the checks
    bool stuck = false;             // a run ignores its deadline: the process must end without destroying its check
};

// `progress` is called, from this thread, with the number of checks that are done each time it grows; it may be empty.
OneShot runOnce(std::vector<std::unique_ptr<Check>>& checks, const std::function<void(size_t)>& progress = {});

} // namespace probehost
