/* A checker that does what a file says, so that tests decide how each run goes. Every run leaves two lines in
 * DIR/KEY.log: "start NUMBER AT_ONCE REASON MONOTONIC_MS" and "end NUMBER".
 *
 * DIR/KEY holds one line, read when a run begins; DIR/default serves the keys that have no file:
 *   pass | warn WORDS | fail WORDS | none | broken WORDS   the verdict; none gives none, broken is the plugin's failure
 *   sleep MS ...      first waits as a checker should, which ends with the deadline or a cancel
 *   defy MS ...       first waits whatever the deadline says
 *   hang ...          first waits until the file no longer says hang, whatever the deadline says
 *   leak              fails and says the password everywhere it can
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "probehost/abi.h"

#define MOST_KEYS 1024

/* Checks come and go with reloads; their keys stay, so that two runs of one key are seen even then. */
typedef struct {
    char name[64];
    atomic_int running;
} key_state;

struct ph_check {
    key_state* key;
    char script[256];
    char fallback[256];
    char log[256];
    char password[128];
};

static key_state keys[MOST_KEYS];
static const ph_host* host;

static key_state* find_key(const char* name) {
    for (int i = 0; i < MOST_KEYS; i++) {
        if (keys[i].name[0] == '\0') snprintf(keys[i].name, sizeof(keys[i].name), "%s", name);
        if (strcmp(keys[i].name, name) == 0) return &keys[i];
    }
    return NULL;
}

static void read_script(const ph_check* check, char* text, size_t size) {
    int fd = open(check->script, O_RDONLY | O_CLOEXEC);
    if (fd < 0) fd = open(check->fallback, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, text, size - 1);
    if (fd >= 0) close(fd);
    text[length < 0 ? 0 : length] = '\0';
    text[strcspn(text, "\n")] = '\0';
}

static void note(const ph_check* check, const char* text) {
    int fd = open(check->log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0) return;
    ssize_t written = write(fd, text, strlen(text));
    (void)written;
    close(fd);
}

static int64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static int milliseconds_left(const ph_run_context* context) {
    int64_t left = context->deadline_ns - now_ns();
    return left <= 0 ? 0 : (int)(left / 1000000 + 1);
}

/* False when the deadline or a cancel came first. */
static int wait_politely(const ph_run_context* context, int ms) {
    int left = milliseconds_left(context);
    struct pollfd cancel = {context->cancel_fd, POLLIN, 0};
    int cancelled = poll(&cancel, 1, ms < left ? ms : left);
    return cancelled == 0 && ms < left;
}

static void wait_regardless(int ms) {
    struct timespec pause = {ms / 1000, ms % 1000 * 1000000L};
    while (nanosleep(&pause, &pause) != 0 && errno == EINTR) {
    }
}

static void hang(const ph_check* check) {
    char text[256] = "hang";
    while (strncmp(text, "hang", 4) == 0) {
        wait_regardless(2);
        read_script(check, text, sizeof(text));
    }
}

static int begins(const char** text, const char* word) {
    size_t length = strlen(word);
    if (strncmp(*text, word, length) != 0) return 0;
    *text += length;
    *text += strspn(*text, " ");
    return 1;
}

static int leading_number(const char** text) {
    char* end = NULL;
    long number = strtol(*text, &end, 10);
    *text = end + strspn(end, " ");
    return (int)number;
}

static int32_t leak(const ph_check* check, const ph_run_context* context, ph_error* error) {
    char text[256];
    int length = snprintf(text, sizeof(text), "the password is %s", check->password);
    host->verdict(context->run, PH_FAIL, text, (uint64_t)length);
    host->detail(context->run, text, (uint64_t)length);
    host->fact_text(context->run, "password", text, (uint64_t)length);
    host->log(host, check, PH_LOG_ERROR, text, (uint64_t)length);
    return ph_fail(error, PH_OK, text);
}

static int32_t play(const ph_check* check, const ph_run_context* context, const char* text, ph_error* error) {
    if (begins(&text, "sleep") && !wait_politely(context, leading_number(&text))) return PH_E_CANCELLED;
    if (begins(&text, "defy")) wait_regardless(leading_number(&text));
    if (begins(&text, "hang")) hang(check);
    if (begins(&text, "leak")) return leak(check, context, error);
    if (begins(&text, "none")) return PH_OK;
    if (begins(&text, "broken")) return ph_fail(error, PH_E_INTERNAL, text);
    int32_t verdict = begins(&text, "warn") ? PH_WARN : begins(&text, "fail") ? PH_FAIL : PH_PASS;
    host->verdict(context->run, verdict, text, verdict == PH_PASS ? 0 : strlen(text));
    return PH_OK;
}

static int32_t run(ph_check* check, const ph_run_context* context, ph_error* error) {
    char script[256];
    char line[64];
    int at_once = atomic_fetch_add(&check->key->running, 1) + 1;
    snprintf(line, sizeof(line), "start %u %d %u %lld\n", context->attempt, at_once, context->reason,
             (long long)now_ns() / 1000000);
    note(check, line);
    read_script(check, script, sizeof(script));
    int32_t code = play(check, context, script, error);
    atomic_fetch_sub(&check->key->running, 1);
    snprintf(line, sizeof(line), "end %u\n", context->attempt);
    note(check, line);
    return code;
}

static const char* setting(const ph_host* from, const ph_settings* settings, const char* pointer) {
    const char* text = from->setting(settings, pointer, NULL);
    return text == NULL ? "" : text;
}

static int32_t create(const ph_checker* checker, const ph_host* from, const ph_settings* settings, ph_check** made,
                      ph_error* error) {
    (void)checker;
    const char* refusal = setting(from, settings, "/refuse");
    if (*refusal != '\0') return ph_fail(error, PH_E_CONFIG, refusal);
    const char* dir = setting(from, settings, "/dir");
    const char* key = setting(from, settings, "/key");
    ph_check* check = calloc(1, sizeof(*check));
    if (check == NULL) return ph_fail(error, PH_E_INTERNAL, "out of memory");
    check->key = find_key(key);
    snprintf(check->script, sizeof(check->script), "%s/%s", dir, key);
    snprintf(check->fallback, sizeof(check->fallback), "%s/default", dir);
    snprintf(check->log, sizeof(check->log), "%s/%s.log", dir, key);
    snprintf(check->password, sizeof(check->password), "%s", setting(from, settings, "/password"));
    host = from;
    if (*check->password != '\0') host->log(host, NULL, PH_LOG_INFO, check->password, strlen(check->password));
    *made = check;
    return PH_OK;
}

static void destroy(ph_check* check) { free(check); }

static const char schema[] =
    "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"dir\",\"key\"],\"properties\":{"
    "\"dir\":{\"type\":\"string\"},\"key\":{\"type\":\"string\"},\"refuse\":{\"type\":\"string\"},"
    "\"password\":{\"type\":\"string\",\"writeOnly\":true}}}";

#define CHECKER(id, flag_bits, scope, probe_bits)                                                                     \
    {                                                                                                                 \
        sizeof(ph_checker), flag_bits, id, "Does what a file says", schema, NULL, scope, probe_bits, 1000, 1000, 500, \
            0, create, run, destroy, NULL                                                                             \
    }

static const ph_checker scripted = CHECKER("scripted", 0, PH_SCOPE_EXTERNAL, PH_PROBE_READY);
static const ph_checker scripted_local =
    CHECKER("scripted-local", PH_CHECKER_NO_IO, PH_SCOPE_LOCAL, PH_PROBE_READY | PH_PROBE_STARTED);
static const ph_checker* const checkers[] = {&scripted, &scripted_local};
static const ph_plugin plugin = {
    sizeof(ph_plugin), PH_ABI_MAJOR, PH_ABI_MINOR, 0, 0, 2, checkers, "scripted", "1.0.0", NULL, NULL, NULL, NULL, NULL,
};

PH_ELF_NOTE(0, 0);

const ph_plugin* probehost_plugin_entry_v1(const ph_host* from) {
    (void)from;
    return &plugin;
}
