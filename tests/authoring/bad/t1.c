/* T1 FAIL: a thread goes on when its check is gone */
#include <pthread.h>

#include "begin.h"
static void* linger(void* nothing) {
    for (;;) pause();
    return nothing;
}
static int32_t run(ph_check* check, const ph_run_context* context, ph_error* error) {
    pthread_t thread;
    (void)error;
    if (pthread_create(&thread, NULL, linger, NULL) == 0) pthread_detach(thread);
    return passed(check, context);
}
#define RUN run
#include "sound.h"
