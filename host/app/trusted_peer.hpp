// Who may tell the host what to do over a Unix socket.
#pragma once

#include <sys/socket.h>

namespace probehost {

// Whether the process runs as root or as our own user, and is no plugin's worker of ours.
bool isTrusted(const ucred& peer);

} // namespace probehost
