// Reports in the forms that are asked for by Accept.
#pragma once

#include <set>
#include <string>

#include "health/report.hpp"

namespace probehost {

// The Kubernetes text form: "[+]database ok", "[-]redis failed: …", "ready check passed".
// The verdict is said of all checks but the excluded ones, which are listed all the same.
std::string renderText(const Report& report, Probe probe, Verdict verdict, const std::set<std::string>& excluded);

// application/health+json, the IETF's draft-06.
std::string renderIetf(const Report& report, Probe probe, const std::string& service);

} // namespace probehost
