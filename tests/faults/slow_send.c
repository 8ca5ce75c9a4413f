/* LD_PRELOAD: whoever sends is held up until the peer has answered, as a busy machine does now and then. */
#include <dlfcn.h>
#include <sys/socket.h>
#include <time.h>

ssize_t send(int fd, const void* bytes, size_t size, int flags) {
    const struct timespec pause = {0, 50000000};
    ssize_t (*real)(int, const void*, size_t, int) =
        (ssize_t(*)(int, const void*, size_t, int))dlsym(RTLD_NEXT, "send");
    ssize_t sent = real(fd, bytes, size, flags);
    nanosleep(&pause, NULL);
    return sent;
}
