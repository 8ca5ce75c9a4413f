/* The build ends here when anything of the ABI that was released has moved or has another size or value: plugins that
 * exist would break. */
#include <assert.h>
#include <probehost/abi.h>
#include <probehost/ext/app_state.h>
#include <stddef.h>

#define MEMBER(type, member, offset, size)                                             \
    static_assert(offsetof(type, member) == (offset), #type "." #member " has moved"); \
    static_assert(sizeof(((type*)0)->member) == (size), "the size of " #type "." #member " has changed");
#define STRUCT(type, size) static_assert(sizeof(type) == (size), "the size of " #type " has changed");
#include "abi/released.h"

/* What travels as a number. */
static_assert(PH_OK == 0 && PH_E_CONFIG == -1 && PH_E_UNSUPPORTED == -2 && PH_E_CANCELLED == -3 && PH_E_INTERNAL == -4,
              "a return code has changed");
static_assert(PH_UNKNOWN == 0 && PH_PASS == 1 && PH_WARN == 2 && PH_FAIL == 3, "a verdict has changed");
static_assert(PH_LOG_DEBUG == 0 && PH_LOG_INFO == 1 && PH_LOG_WARN == 2 && PH_LOG_ERROR == 3, "a level has changed");
static_assert(PH_SCOPE_EXTERNAL == 0 && PH_SCOPE_LOCAL == 1, "a scope has changed");
static_assert(PH_PROBE_LIVE == 1 && PH_PROBE_READY == 2 && PH_PROBE_STARTED == 4, "a probe has changed");
static_assert(PH_REASON_SCHEDULE == 0 && PH_REASON_PROBE == 1 && PH_REASON_ONCE == 2, "a reason has changed");
static_assert(PH_CHECKER_NO_IO == 1 && PH_CHECKER_STARTS_PROGRAMS == 2 && PH_PLUGIN_OWN_PROCESS == 1,
              "a flag has changed");
static_assert(PH_APP_UNSET == 0 && PH_APP_YES == 1 && PH_APP_NO == 2, "a state has changed");
static_assert(PH_NOTE_TYPE == 1u && PH_ABI_MAJOR == 1u, "a version has changed");
static_assert(sizeof(PH_ENTRY_SYMBOL) == sizeof("probehost_plugin_entry_v1"), "the entry symbol has changed");
