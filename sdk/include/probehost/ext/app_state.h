/* SPDX-License-Identifier: MIT-0
 * Host extension "probehost.app-state/1": what the application beside the host says of itself, by notify socket or
 * admin request. Reads memory only. Offered by every host from ABI 1.0 on.
 */
#ifndef PROBEHOST_EXT_APP_STATE_H
#define PROBEHOST_EXT_APP_STATE_H

#include <probehost/abi.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PH_EXT_APP_STATE_1 "probehost.app-state/1"

enum {
    PH_APP_UNSET = 0, /* the application has not said anything under this key */
    PH_APP_YES = 1,   /* loaded, ready, alive */
    PH_APP_NO = 2     /* it said that it is not */
};

typedef struct ph_app_state_1 {
    uint32_t struct_size;
    uint32_t reserved;

    /* [any] PH_APP_... for a key such as "embedding"; *age_ms, which may be NULL, becomes the milliseconds since it was
       last said, and stays untouched for PH_APP_UNSET. */
    int32_t (*state)(const ph_host* host, const char* key, uint64_t key_length, int64_t* age_ms);
} ph_app_state_1;

#ifdef __cplusplus
}
#endif
#endif
