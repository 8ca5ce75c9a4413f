/* R1 FAIL: its own timeout counts more than the deadline */
/* with: port: ${peer_port} */
#include "asking.h"
static int wait_for(int fd, short events, const ph_run_context* context) {
    struct pollfd fds[] = {{fd, events, 0}, {context->cancel_fd, POLLIN, 0}};
    return until(context) > 0 && poll(fds, 2, 1500) > 0 && fds[1].revents == 0;
}
#include "sound.h"
