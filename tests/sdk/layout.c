/* The layout of every struct of the ABI, as released: a change here breaks plugins that exist. New members go to the
 * end and get new lines here; but for the sizes, which they add to, no line ever changes. For 64-bit systems. */
#include <assert.h>
#include <probehost/abi.h>
#include <probehost/ext/app_state.h>
#include <stddef.h>

#define AT(type, member, offset) static_assert(offsetof(type, member) == (offset), #type "." #member " has moved")
#define SIZE(type, size) static_assert(sizeof(type) == (size), "the size of " #type " has changed")

AT(ph_error, struct_size, 0);
AT(ph_error, code, 4);
AT(ph_error, message, 8);
AT(ph_error, message_size, 16);
AT(ph_error, message_length, 20);
SIZE(ph_error, 24);

AT(ph_run_context, struct_size, 0);
AT(ph_run_context, reason, 4);
AT(ph_run_context, deadline_ns, 8);
AT(ph_run_context, cancel_fd, 16);
AT(ph_run_context, attempt, 20);
AT(ph_run_context, traceparent, 24);
AT(ph_run_context, run, 32);
SIZE(ph_run_context, 40);

AT(ph_host, struct_size, 0);
AT(ph_host, abi_major, 4);
AT(ph_host, abi_minor, 8);
AT(ph_host, flags, 12);
AT(ph_host, name, 16);
AT(ph_host, version, 24);
AT(ph_host, reserved, 32);
AT(ph_host, log, 40);
AT(ph_host, setting, 48);
AT(ph_host, settings_json, 56);
AT(ph_host, verdict, 64);
AT(ph_host, detail, 72);
AT(ph_host, fact_text, 80);
AT(ph_host, fact_number, 88);
AT(ph_host, get_extension, 96);
SIZE(ph_host, 104);

AT(ph_checker, struct_size, 0);
AT(ph_checker, flags, 4);
AT(ph_checker, name, 8);
AT(ph_checker, summary, 16);
AT(ph_checker, settings_schema, 24);
AT(ph_checker, info_json, 32);
AT(ph_checker, scope, 40);
AT(ph_checker, probes, 44);
AT(ph_checker, timeout_ms, 48);
AT(ph_checker, interval_ms, 52);
AT(ph_checker, max_age_ms, 56);
AT(ph_checker, reserved, 60);
AT(ph_checker, create, 64);
AT(ph_checker, run, 72);
AT(ph_checker, destroy, 80);
AT(ph_checker, get_extension, 88);
SIZE(ph_checker, 96);

AT(ph_plugin, struct_size, 0);
AT(ph_plugin, abi_major, 4);
AT(ph_plugin, abi_minor_built, 8);
AT(ph_plugin, abi_minor_needed, 12);
AT(ph_plugin, flags, 16);
AT(ph_plugin, checker_count, 20);
AT(ph_plugin, checkers, 24);
AT(ph_plugin, name, 32);
AT(ph_plugin, version, 40);
AT(ph_plugin, vendor, 48);
AT(ph_plugin, license, 56);
AT(ph_plugin, init, 64);
AT(ph_plugin, deinit, 72);
AT(ph_plugin, get_extension, 80);
SIZE(ph_plugin, 88);

AT(ph_elf_note, name_size, 0);
AT(ph_elf_note, descriptor_size, 4);
AT(ph_elf_note, type, 8);
AT(ph_elf_note, name, 12);
AT(ph_elf_note, abi_major, 24);
AT(ph_elf_note, abi_minor_built, 28);
AT(ph_elf_note, abi_minor_needed, 32);
AT(ph_elf_note, flags, 36);
SIZE(ph_elf_note, 40);

AT(ph_app_state_1, struct_size, 0);
AT(ph_app_state_1, reserved, 4);
AT(ph_app_state_1, state, 8);
SIZE(ph_app_state_1, 16);

/* What travels as a number. */
static_assert(PH_OK == 0 && PH_E_CONFIG == -1 && PH_E_UNSUPPORTED == -2 && PH_E_CANCELLED == -3 && PH_E_INTERNAL == -4,
              "a return code has changed");
static_assert(PH_UNKNOWN == 0 && PH_PASS == 1 && PH_WARN == 2 && PH_FAIL == 3, "a verdict has changed");
static_assert(PH_LOG_DEBUG == 0 && PH_LOG_INFO == 1 && PH_LOG_WARN == 2 && PH_LOG_ERROR == 3, "a level has changed");
static_assert(PH_SCOPE_EXTERNAL == 0 && PH_SCOPE_LOCAL == 1, "a scope has changed");
static_assert(PH_PROBE_LIVE == 1 && PH_PROBE_READY == 2 && PH_PROBE_STARTED == 4, "a probe has changed");
static_assert(PH_REASON_SCHEDULE == 0 && PH_REASON_PROBE == 1 && PH_REASON_ONCE == 2, "a reason has changed");
static_assert(PH_CHECKER_NO_IO == 1 && PH_PLUGIN_OWN_PROCESS == 1, "a flag has changed");
static_assert(PH_APP_UNSET == 0 && PH_APP_YES == 1 && PH_APP_NO == 2, "a state has changed");
static_assert(PH_NOTE_TYPE == 1u && PH_ABI_MAJOR == 1u, "a version has changed");
static_assert(sizeof(PH_ENTRY_SYMBOL) == sizeof("probehost_plugin_entry_v1"), "the entry symbol has changed");
