// What the host says when a plugin that runs inside of it (isolation: thread) takes it along: which checker it was.
#pragma once

namespace probehost {

// For the rest of the process. A crash still ends it by the same signal, with a core where cores are kept.
void leaveLastWords();

} // namespace probehost
