/* @NAME@ passes when the service at a port of this machine greets whoever connects, as SSH, SMTP and others do. */
#define _GNU_SOURCE
#include <probehost/abi.h>

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct ph_check {
    const ph_host* host;
    uint16_t port;
};

static int milliseconds_left(const ph_run_context* context) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    const int64_t left = context->deadline_ns - ((int64_t)now.tv_sec * 1000000000 + now.tv_nsec);
    if (left <= 0) return 0;
    return left < (int64_t)3600 * 1000000000 ? (int)((left + 999999) / 1000000) : 3600 * 1000;
}

/* Whether `fd` had one of `events` before the deadline passed or the run was cancelled. */
static int wait_for(int fd, short events, const ph_run_context* context) {
    for (;;) {
        struct pollfd fds[] = {{fd, events, 0}, {context->cancel_fd, POLLIN, 0}};
        const int left = milliseconds_left(context);
        const int count = poll(fds, 2, left);
        if (count > 0) return fds[1].revents == 0;
        if (left == 0 || (count < 0 && errno != EINTR)) return 0;
    }
}

/* `message` is for strangers, and the same every time; what only operators should see goes into `detail`. */
static int32_t failed(const ph_check* check, const ph_run_context* context, const char* message, const char* detail) {
    check->host->detail(context->run, detail, strlen(detail));
    check->host->verdict(context->run, PH_FAIL, message, strlen(message));
    return PH_OK;
}

static int32_t timed_out(ph_error* error, const char* what) { return ph_fail(error, PH_E_CANCELLED, what); }

/* 0, EINPROGRESS, or why not. */
static int begin_connecting(int fd, uint16_t port) {
    struct sockaddr_in address = {0};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return connect(fd, (const struct sockaddr*)&address, sizeof(address)) == 0 ? 0 : errno;
}

static int connection_problem(int fd) {
    int problem = 0;
    socklen_t size = sizeof(problem);
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &problem, &size) == 0 ? problem : errno;
}

static int32_t look(const ph_check* check, int fd, const ph_run_context* context, ph_error* error) {
    char greeting[512];
    int problem = begin_connecting(fd, check->port);
    if (problem == EINPROGRESS) {
        if (!wait_for(fd, POLLOUT, context)) return timed_out(error, "still connecting");
        problem = connection_problem(fd);
    }
    if (problem == ECONNREFUSED) return failed(check, context, "Connection refused", "nobody listens at the port");
    if (problem != 0) return failed(check, context, "Connection failed", strerror(problem));
    if (!wait_for(fd, POLLIN, context)) return timed_out(error, "connected, and not greeted");
    const ssize_t length = recv(fd, greeting, sizeof(greeting), 0);
    if (length < 0) return failed(check, context, "Connection failed", strerror(errno));
    if (length == 0) return failed(check, context, "No greeting", "the service closed the connection");
    check->host->fact_number(context->run, "greeting", (double)length, "bytes");
    check->host->verdict(context->run, PH_PASS, NULL, 0);
    return PH_OK;
}

static int32_t run(ph_check* check, const ph_run_context* context, ph_error* error) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return ph_fail(error, PH_E_INTERNAL, strerror(errno));
    const int32_t code = look(check, fd, context, error);
    close(fd);
    return code;
}

/* The host has validated the settings against the schema below. */
static int32_t create(const ph_checker* checker, const ph_host* host, const ph_settings* settings, ph_check** check,
                      ph_error* error) {
    const char* port = host->setting(settings, "/port", NULL);
    (void)checker;
    if (port == NULL) return ph_fail(error, PH_E_CONFIG, "port: expected a number from 1 to 65535");
    *check = calloc(1, sizeof(ph_check));
    if (*check == NULL) return ph_fail(error, PH_E_INTERNAL, "no memory");
    (*check)->host = host;
    (*check)->port = (uint16_t)strtol(port, NULL, 10);
    return PH_OK;
}

static void destroy(ph_check* check) { free(check); }

static const ph_checker checker = {
    .struct_size = sizeof(ph_checker),
    .name = "@NAME@",
    .summary = "Waits for the greeting of a service on this machine",
    .settings_schema =
        "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"port\"],\"properties\":{"
        "\"port\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":65535,"
        "\"description\":\"The TCP port of the service\"}}}",
    .info_json = "{\"example\":{\"port\":2525}}",
    .scope = PH_SCOPE_EXTERNAL,
    .probes = PH_PROBE_READY,
    .timeout_ms = 1000,
    .interval_ms = 10000,
    .max_age_ms = 1000,
    .create = create,
    .run = run,
    .destroy = destroy,
};
static const ph_checker* const checkers[] = {&checker};
static const ph_plugin plugin = {
    .struct_size = sizeof(ph_plugin),
    .abi_major = PH_ABI_MAJOR,
    .abi_minor_built = PH_ABI_MINOR,
    .checker_count = 1,
    .checkers = checkers,
    .name = "@NAME@",
    .version = "0.1.0",
    .license = "MIT-0",
};

PH_ELF_NOTE(0, 0);

const ph_plugin* probehost_plugin_entry_v1(const ph_host* host) {
    (void)host;
    return &plugin;
}
