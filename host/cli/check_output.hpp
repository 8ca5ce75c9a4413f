// The outcome of checks for people, programs and Nagios.
#pragma once

#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/terminal.hpp"
#include "health/report.hpp"

namespace probehost::cli {

struct CheckSummary {
    std::vector<CheckState> checks;
    Verdict verdict = Verdict::Passing; // of all of them, whichever probe they are on
};

CheckSummary summarise(const std::vector<CheckState>& checks);
std::string render(const CheckSummary& summary, Format format);

} // namespace probehost::cli
