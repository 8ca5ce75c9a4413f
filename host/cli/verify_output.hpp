// The findings of a verification for people, programs and CI servers.
#pragma once

#include <string>
#include <vector>

#include "authoring/verification.hpp"
#include "cli/commands.hpp"

namespace probehost::cli {

// A table, one JSON object, or JUnit's XML.
std::string renderVerification(const authoring::Subject& subject, const std::vector<authoring::VerifiedTest>& results,
                               Format format);

} // namespace probehost::cli
