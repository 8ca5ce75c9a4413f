/* R2 FAIL: nobody can cancel it */
/* with: port: ${peer_port} */
#include "asking.h"
static int wait_for(int fd, short events, const ph_run_context* context) {
    struct pollfd fds[] = {{fd, events, 0}};
    return poll(fds, 1, until(context)) > 0;
}
#include "sound.h"
