/* The tables that the host reads, and the functions in them, which call those of plugin.go. */
#define _GNU_SOURCE
#include "plugin.h"

#include <errno.h>
#include <poll.h>
#include <time.h>

#include "_cgo_export.h"

int64_t nanoseconds_left(int64_t deadline_ns) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return deadline_ns - ((int64_t)now.tv_sec * 1000000000 + now.tv_nsec);
}

int wait_for_cancel(int cancel_fd, int stop_fd) {
    struct pollfd fds[] = {{cancel_fd, POLLIN, 0}, {stop_fd, POLLIN, 0}};
    int count;
    do count = poll(fds, 2, -1);
    while (count < 0 && errno == EINTR);
    return fds[0].revents != 0;
}

static int32_t create(const ph_checker* checker, const ph_host* host, const ph_settings* settings, ph_check** check,
                      ph_error* error) {
    uintptr_t handle = 0;
    const int32_t code = goCreate((ph_host*)host, (ph_settings*)settings, &handle, error);
    (void)checker;
    *check = (ph_check*)handle;
    return code;
}

static int32_t run(ph_check* check, const ph_run_context* context, ph_error* error) {
    return goRun((uintptr_t)check, (ph_run_context*)context, error);
}

static void destroy(ph_check* check) { goDestroy((uintptr_t)check); }

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
    .flags = PH_PLUGIN_OWN_PROCESS, /* Go's runtime takes signals for itself, and there can only be one */
    .checker_count = 1,
    .checkers = checkers,
    .name = "@NAME@",
    .version = "0.1.0",
    .license = "MIT-0",
};

PH_ELF_NOTE(0, PH_PLUGIN_OWN_PROCESS);

const ph_plugin* probehost_plugin_entry_v1(const ph_host* host) {
    (void)host;
    return &plugin;
}
