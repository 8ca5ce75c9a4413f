// What plugins might say of their checkers: schemas with everything that a settings schema tends to use.
#pragma once

#include <vector>

#include "config/check_resolver.hpp"
#include "plugin/checker_info.hpp"

namespace probehost::test {

std::vector<CheckerInfo> someCheckers();
std::vector<RefusedPlugin> someRefusedPlugins();

} // namespace probehost::test
