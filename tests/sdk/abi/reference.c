/* What abidiff compares: one exported function for each struct of the ABI, since it only sees what a function leads to,
 * and one for each member, since what it says of a struct is suppressed while that grows. */
#include <probehost/abi.h>
#include <probehost/ext/app_state.h>

#define STRUCT(type, size)                  \
    PH_EXPORT void reference_##type(type*); \
    void reference_##type(type* it) { (void)it; }
#define MEMBER(type, member, offset, size)                                       \
    PH_EXPORT void reference_##type##_##member(__typeof__(((type*)0)->member)*); \
    void reference_##type##_##member(__typeof__(((type*)0)->member)* it) { (void)it; }
#include "released.h"

const ph_plugin* probehost_plugin_entry_v1(const ph_host* host) {
    (void)host;
    return NULL;
}
