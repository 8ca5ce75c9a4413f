/* All of the ABI's C headers, in any order, more than once. */
#include <probehost/ext/app_state.h>

#include <probehost/abi.h>

#include <probehost/ext/app_state.h>

PH_ELF_NOTE(0u, PH_PLUGIN_OWN_PROCESS);

int32_t refuse(ph_error* error);
int knows_licence(const ph_plugin* plugin);

int32_t refuse(ph_error* error) { return ph_fail(error, PH_E_CONFIG, "port: expected 1 to 65535"); }

int knows_licence(const ph_plugin* plugin) { return PH_HAS(plugin, ph_plugin, license); }

const ph_plugin* probehost_plugin_entry_v1(const ph_host* host) {
    (void)host;
    return NULL;
}
