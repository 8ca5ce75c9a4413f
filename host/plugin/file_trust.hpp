// Whoever may write a plugin, or put one into its folder, runs code as this host.
#pragma once

#include <string>

namespace probehost {

// Throws PluginRefused unless only root and the user that runs probehost may write this file or folder.
void requireTrusted(const std::string& path);

// The same of one that is open, which cannot become another meanwhile.
void requireTrusted(int fd);

} // namespace probehost
