/* Asks the peer of its settings; how it waits, and what it makes of a failure, is for others to say: WAIT, FAILED. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>

#include "begin.h"

#define SCHEMA                                                                                     \
    "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"port\"],\"properties\":{" \
    "\"port\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":65535}}}"
#define ABOUT "{\"example\":{\"port\":1}}"

UNUSED static int until(const ph_run_context* context) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t left = context->deadline_ns / 1000000 - (int64_t)now.tv_sec * 1000 - now.tv_nsec / 1000000;
    return left < 0 ? 0 : (int)left;
}

/* 1: ready; 0: it is time to go. */
static int wait_for(int fd, short events, const ph_run_context* context);

static int32_t create_asking(const ph_checker* of, const ph_host* host, const ph_settings* settings, ph_check** check,
                             ph_error* error) {
    const char* port = host->setting(settings, "/port", NULL);
    (void)of;
    if (port == NULL) return ph_fail(error, PH_E_CONFIG, "port: expected a number");
    *check = calloc(1, sizeof(**check));
    (*check)->host = host;
    (*check)->port = atoi(port);
    return PH_OK;
}

#ifndef FAILED
#define FAILED(check, context) (check)->host->verdict((context)->run, PH_FAIL, "No answer", 9)
#endif

static int32_t ask(int fd, ph_check* check, const ph_run_context* context, ph_error* error) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)check->port)};
    char answer;
    int wrong = 0;
    socklen_t size = sizeof(wrong);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, (struct sockaddr*)&address, sizeof(address)) != 0 && errno != EINPROGRESS) {
        check->host->verdict(context->run, PH_FAIL, "No answer", 9);
        return PH_OK;
    }
    if (!wait_for(fd, POLLOUT, context)) return ph_fail(error, PH_E_CANCELLED, "deadline passed");
    getsockopt(fd, SOL_SOCKET, SO_ERROR, &wrong, &size);
    if (wrong == ECONNREFUSED) {
        check->host->verdict(context->run, PH_FAIL, "No answer", 9);
        return PH_OK;
    }
    send(fd, "?", 1, MSG_NOSIGNAL);
    if (!wait_for(fd, POLLIN, context)) return ph_fail(error, PH_E_CANCELLED, "deadline passed");
    if (recv(fd, &answer, 1, 0) == 1) return passed(check, context);
    FAILED(check, context);
    return PH_OK;
}

static int32_t run_asking(ph_check* check, const ph_run_context* context, ph_error* error) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int32_t code = ask(fd, check, context, error);
    close(fd);
    return code;
}

#define CREATE create_asking
#define RUN run_asking
