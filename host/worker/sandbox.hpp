// What keeps a plugin from harming more than itself.
#pragma once

namespace probehost {

// Limits and a system call filter, for good: the process dies with its host, cannot signal, trace, start or become
// another one, nor leave its process group, and uses only so much memory and so many descriptors. Without the filter
// the process ends. Before any of the plugin's code runs.
void enterSandbox();

} // namespace probehost
