// What this process takes from the machine.
#pragma once

namespace probehost {

// Ends the process, with a status that tells the host why, when it has more memory or threads than a worker may.
// `ownThreads` are not the plugin's.
void endIfExcessive(long ownThreads);

bool hasThreadsBeside(long ownThreads);

} // namespace probehost
