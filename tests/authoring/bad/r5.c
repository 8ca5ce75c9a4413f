/* R5 FAIL: a connection that is reset leaves it speechless */
/* with: port: ${peer_port} */
#define FAILED(check, context) (void)(context)
#include "asking.h"
static int wait_for(int fd, short events, const ph_run_context* context) {
    struct pollfd fds[] = {{fd, events, 0}, {context->cancel_fd, POLLIN, 0}};
    return poll(fds, 2, until(context)) > 0 && fds[1].revents == 0;
}
#include "sound.h"
