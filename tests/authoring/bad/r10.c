/* R10 FAIL: more than 256 KiB of stack */
/* verify: --level 3 */
#include "begin.h"
static int32_t run(ph_check* check, const ph_run_context* context, ph_error* error) {
    (void)error;
    volatile char large[320 * 1024];
    for (size_t i = 0; i < sizeof(large); i += 512) large[i] = 1;
    return passed(check, context);
}
#define RUN run
#include "sound.h"
