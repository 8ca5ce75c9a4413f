// A plan in the words of a platform: YAML with the reason of each number beside it.
#pragma once

#include <string>

#include "manifest/probe_plan.hpp"

namespace probehost {

std::string probesYaml(const Plan& plan, Platform platform);

} // namespace probehost
