/* What cannot be linked. */
#include <probehost/abi.h>

const ph_plugin* defined_nowhere(void);

const ph_plugin* probehost_plugin_entry_v1(const ph_host* host) {
    (void)host;
    return defined_nowhere();
}
