// Finds passwords and keys inside URLs and connection strings.
#pragma once

#include <string>
#include <vector>

namespace probehost {

// The secrets in scheme://user:PASSWORD@host, password=…, SharedAccessKey=… and SharedAccessSignature=…, as written and
// also without percent-encoding.
std::vector<std::string> secretsWithin(const std::string& text);

} // namespace probehost
