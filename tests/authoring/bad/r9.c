/* R9 FAIL: as select() does, it trusts that descriptors are few */
#include "begin.h"
static int32_t run(ph_check* check, const ph_run_context* context, ph_error* error) {
    (void)error;
    int fd = dup(2);
    if (fd >= 1024) crash();
    close(fd);
    return passed(check, context);
}
#define RUN run
#include "sound.h"
