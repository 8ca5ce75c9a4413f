// Plain sentences for yaml-cpp's error messages.
#pragma once

#include <string>

namespace probehost {

// Never repeats the vendor's text: it may quote the file, and with it a secret.
std::string yamlFailureInWords(const std::string& message);

} // namespace probehost
