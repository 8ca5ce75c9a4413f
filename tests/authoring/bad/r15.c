/* R15 FAIL: whatever the host starts would inherit its descriptor */
#include <fcntl.h>

#include "begin.h"
static int32_t run(ph_check* check, const ph_run_context* context, ph_error* error) {
    (void)error;
    if (check->fd == 0) check->fd = open("/dev/null", O_RDONLY);
    return passed(check, context);
}
static void destroy(ph_check* check) {
    if (check->fd > 0) close(check->fd);
    free(check);
}
#define RUN run
#define DESTROY destroy
#include "sound.h"
