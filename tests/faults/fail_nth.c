/* LD_PRELOAD: the FAIL_NTH-th call of FAIL_CALL fails as it would when the system has no more to give, and leaves the
 * file FAIL_MARK. At the end of the process the number of calls is written to the file FAIL_COUNT. */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <fcntl.h>

static char wanted[32];
static long nth;
static const char* count_file;
static const char* mark_file;
static atomic_long calls;

void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* old, size_t size);

__attribute__((constructor)) static void configure(void) {
    const char* call = getenv("FAIL_CALL");
    const char* number = getenv("FAIL_NTH");
    count_file = getenv("FAIL_COUNT");
    mark_file = getenv("FAIL_MARK");
    nth = number == NULL ? 0 : atol(number);
    if (call != NULL) strncpy(wanted, call, sizeof(wanted) - 1);
}

static void keep_count(void) {
    char text[32];
    if (count_file == NULL) return;
    int fd = open(count_file, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    int size = snprintf(text, sizeof(text), "%ld", atomic_load(&calls));
    if (fd >= 0 && write(fd, text, (size_t)size) == size) close(fd);
}

__attribute__((destructor)) static void finish(void) {
    wanted[0] = '\0';
    keep_count();
}

/* By no call that may fail itself. */
static void leave_mark(void) {
    if (mark_file == NULL) return;
    long fd = syscall(SYS_openat, AT_FDCWD, mark_file, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (fd >= 0) syscall(SYS_close, fd);
}

static int fails(const char* call) {
    if (strcmp(call, wanted) != 0) return 0;
    if (atomic_fetch_add(&calls, 1) + 1 != nth) return 0;
    leave_mark();
    return 1;
}

#define NEXT(result, name, ...) ((result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name))

void* malloc(size_t size) {
    if (!fails("malloc")) return __libc_malloc(size);
    errno = ENOMEM;
    return NULL;
}

void* calloc(size_t count, size_t size) {
    if (!fails("malloc")) return __libc_calloc(count, size);
    errno = ENOMEM;
    return NULL;
}

void* realloc(void* old, size_t size) {
    if (!fails("malloc")) return __libc_realloc(old, size);
    errno = ENOMEM;
    return NULL;
}

static mode_t mode_of(int flags, va_list arguments) {
    return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
}

int open(const char* path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = mode_of(flags, arguments);
    va_end(arguments);
    if (!fails("open")) return NEXT(int, open, const char*, int, ...)(path, flags, mode);
    errno = EMFILE;
    return -1;
}

int open64(const char* path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = mode_of(flags, arguments);
    va_end(arguments);
    if (!fails("open")) return NEXT(int, open64, const char*, int, ...)(path, flags, mode);
    errno = EMFILE;
    return -1;
}

int socket(int domain, int type, int protocol) {
    if (!fails("socket")) return NEXT(int, socket, int, int, int)(domain, type, protocol);
    errno = EMFILE;
    return -1;
}

int accept4(int fd, struct sockaddr* address, socklen_t* size, int flags) {
    if (!fails("accept")) return NEXT(int, accept4, int, struct sockaddr*, socklen_t*, int)(fd, address, size, flags);
    errno = EMFILE;
    return -1;
}

int epoll_ctl(int epoll, int operation, int fd, struct epoll_event* event) {
    if (!fails("epoll_ctl"))
        return NEXT(int, epoll_ctl, int, int, int, struct epoll_event*)(epoll, operation, fd, event);
    errno = ENOSPC;
    return -1;
}

ssize_t write(int fd, const void* data, size_t size) {
    if (!fails("write")) return NEXT(ssize_t, write, int, const void*, size_t)(fd, data, size);
    errno = ENOSPC;
    return -1;
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*start)(void*), void* argument) {
    if (!fails("pthread_create"))
        return NEXT(int, pthread_create, pthread_t*, const pthread_attr_t*, void* (*)(void*), void*)(thread, attributes,
                                                                                                     start, argument);
    return EAGAIN;
}

int posix_spawn(pid_t* pid, const char* path, const posix_spawn_file_actions_t* actions,
                const posix_spawnattr_t* attributes, char* const arguments[], char* const environment[]) {
    if (!fails("posix_spawn"))
        return NEXT(int, posix_spawn, pid_t*, const char*, const posix_spawn_file_actions_t*, const posix_spawnattr_t*,
                    char* const[], char* const[])(pid, path, actions, attributes, arguments, environment);
    return EAGAIN;
}
