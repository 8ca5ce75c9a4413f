/* Go cannot call C through pointers, so what it needs of the host has names here. */
#ifndef PLUGIN_H
#define PLUGIN_H

#include <probehost/abi.h>

#include <stdlib.h>
#include <string.h>

static inline const char* host_setting(const ph_host* host, const ph_settings* settings, const char* pointer) {
    return host->setting(settings, pointer, NULL);
}

static inline void host_verdict(const ph_host* host, ph_run* run, int32_t verdict, const char* message) {
    host->verdict(run, verdict, message, strlen(message));
}

static inline void host_detail(const ph_host* host, ph_run* run, const char* text) {
    host->detail(run, text, strlen(text));
}

static inline void host_fact(const ph_host* host, ph_run* run, const char* key, double value, const char* unit) {
    host->fact_number(run, key, value, unit);
}

/* How long a run may still take. */
int64_t nanoseconds_left(int64_t deadline_ns);

/* Whether a run was cancelled before the other end of stop_fd was closed; waits for one of the two. */
int wait_for_cancel(int cancel_fd, int stop_fd);

#endif
