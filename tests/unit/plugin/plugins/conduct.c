/* Checkers that say what the C++ wrapper would never say, one kind of conduct each. */
#include <poll.h>
#include <probehost/abi.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int32_t (*conduct)(ph_check* check, const ph_run_context* context, ph_error* error);

struct ph_check {
    const ph_host* host;
    ph_run* run;
    conduct conduct;
};

static int32_t silent(ph_check* check, const ph_run_context* context, ph_error* error) {
    (void)check, (void)context, (void)error;
    return PH_OK;
}

static int32_t detail_only(ph_check* check, const ph_run_context* context, ph_error* error) {
    (void)error;
    check->host->detail(context->run, "all is well", 11);
    return PH_OK;
}

static int32_t unknown(ph_check* check, const ph_run_context* context, ph_error* error) {
    (void)error;
    check->host->verdict(context->run, 77, "well", 4);
    return PH_OK;
}

static int32_t twice(ph_check* check, const ph_run_context* context, ph_error* error) {
    (void)error;
    check->host->verdict(context->run, PH_PASS, NULL, 0);
    check->host->detail(context->run, "first", 5);
    check->host->verdict(context->run, PH_FAIL, "second", 6);
    check->host->detail(context->run, "the second", 10);
    return PH_OK;
}

static int32_t takes_back(ph_check* check, const ph_run_context* context, ph_error* error) {
    (void)error;
    check->host->verdict(context->run, PH_PASS, NULL, 0);
    check->host->verdict(context->run, PH_UNKNOWN, NULL, 0);
    return PH_OK;
}

static int32_t praised(ph_check* check, const ph_run_context* context, ph_error* error) {
    (void)error;
    check->host->verdict(context->run, PH_PASS, "not for anybody", 15);
    return PH_OK;
}

static void* say_pass(void* opaque) {
    ph_check* check = opaque;
    check->host->verdict(check->run, PH_PASS, NULL, 0);
    check->host->detail(check->run, "from a thread", 13);
    if (check->host->fact_text(check->run, "thread", "yes", 3) != PH_OK) {
        check->host->log(check->host, check, PH_LOG_WARN, "too late", 8);
    }
    return NULL;
}

static void say_pass_in_thread(ph_check* check) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, say_pass, check) == 0) pthread_join(thread, NULL);
}

/* Its thread speaks when the check is destroyed, long after the run. */
static int32_t late(ph_check* check, const ph_run_context* context, ph_error* error) {
    (void)error;
    check->run = context->run;
    return PH_OK;
}

static int32_t other_thread(ph_check* check, const ph_run_context* context, ph_error* error) {
    (void)error;
    check->run = context->run;
    say_pass_in_thread(check);
    return PH_OK;
}

static int32_t shouts(ph_check* check, const ph_run_context* context, ph_error* error) {
    const size_t size = 10u * 1000u * 1000u;
    char* text = malloc(size);
    if (text == NULL) return ph_fail(error, PH_E_INTERNAL, "out of memory");
    memset(text, 'x', size);
    check->host->verdict(context->run, PH_FAIL, text, size);
    check->host->detail(context->run, text, size);
    check->host->fact_text(context->run, "shout", text, size);
    check->host->log(check->host, check, PH_LOG_WARN, text, size);
    free(text);
    return PH_OK;
}

static int32_t garbled(ph_check* check, const ph_run_context* context, ph_error* error) {
    static const char text[] = "a\xFFz \xC3( \xE2\x82 \xED\xA0\x80 \xC3\xBC end\xC3";
    check->host->verdict(context->run, PH_WARN, text, sizeof(text) - 1);
    check->host->detail(context->run, text, sizeof(text) - 1);
    (void)error;
    return PH_OK;
}

static int32_t garbled_error(ph_check* check, const ph_run_context* context, ph_error* error) {
    (void)check, (void)context;
    return ph_fail(error, PH_E_INTERNAL, "vendor says \xFF");
}

static int32_t thousand_facts(ph_check* check, const ph_run_context* context, ph_error* error) {
    int taken = 0;
    for (int i = 0; i < 1000; i++) {
        if (check->host->fact_number(context->run, "number", i, "ms") == PH_OK) taken++;
    }
    check->host->verdict(context->run, PH_PASS, NULL, 0);
    return taken == 32 ? PH_OK : ph_fail(error, PH_E_INTERNAL, "another number of facts was taken");
}

static int32_t nothing(ph_check* check, const ph_run_context* context, ph_error* error) {
    (void)error;
    check->host->log(check->host, NULL, 99, NULL, 10);
    check->host->fact_text(context->run, NULL, NULL, 10);
    check->host->fact_number(context->run, NULL, 1, NULL);
    check->host->detail(context->run, NULL, 10);
    check->host->verdict(context->run, PH_FAIL, NULL, 10);
    return check->host->get_extension(check->host, NULL) == NULL ? PH_OK : PH_E_INTERNAL;
}

static int32_t cancelled(ph_check* check, const ph_run_context* context, ph_error* error) {
    check->host->verdict(context->run, PH_PASS, NULL, 0);
    return ph_fail(error, PH_E_CANCELLED, "deadline passed");
}

static int32_t failing(ph_check* check, const ph_run_context* context, ph_error* error) {
    check->host->verdict(context->run, PH_PASS, NULL, 0);
    return ph_fail(error, PH_E_INTERNAL, "ran out of luck");
}

static int32_t failing_silently(ph_check* check, const ph_run_context* context, ph_error* error) {
    (void)check, (void)context, (void)error;
    return -99;
}

static int32_t lying(ph_check* check, const ph_run_context* context, ph_error* error) {
    (void)check, (void)context;
    error->message_length = 4000000000u;
    memset(error->message, 'y', error->message_size);
    return PH_E_INTERNAL;
}

static int32_t waiting(ph_check* check, const ph_run_context* context, ph_error* error) {
    struct pollfd cancel = {context->cancel_fd, POLLIN, 0};
    if (poll(&cancel, 1, 30000) == 1) return ph_fail(error, PH_E_CANCELLED, NULL);
    check->host->verdict(context->run, PH_FAIL, "nobody cancelled", 16);
    return PH_OK;
}

/* Neither its deadline nor its cancel bothers it. */
static int32_t stubborn(ph_check* check, const ph_run_context* context, ph_error* error) {
    (void)error;
    usleep(300000);
    check->host->verdict(context->run, PH_PASS, NULL, 0);
    return PH_OK;
}

#define CONDUCTS(X)                         \
    X("silent", silent)                     \
    X("detail-only", detail_only)           \
    X("unknown", unknown)                   \
    X("twice", twice)                       \
    X("takes-back", takes_back)             \
    X("praised", praised)                   \
    X("late", late)                         \
    X("other-thread", other_thread)         \
    X("shouts", shouts)                     \
    X("garbled", garbled)                   \
    X("garbled-error", garbled_error)       \
    X("thousand-facts", thousand_facts)     \
    X("nothing", nothing)                   \
    X("cancelled", cancelled)               \
    X("failing", failing)                   \
    X("failing-silently", failing_silently) \
    X("lying", lying)                       \
    X("waiting", waiting)                   \
    X("stubborn", stubborn)

static conduct find(const char* name) {
#define FOUND(its_name, its_conduct) \
    if (strcmp(name, its_name) == 0) return its_conduct;
    CONDUCTS(FOUND)
    return NULL;
}

static int32_t create(const ph_checker* checker, const ph_host* host, const ph_settings* settings, ph_check** check,
                      ph_error* error) {
    ph_check* made = calloc(1, sizeof(*made));
    (void)settings;
    if (made == NULL) return ph_fail(error, PH_E_INTERNAL, "out of memory");
    made->host = host;
    made->conduct = find(checker->name);
    *check = made;
    return PH_OK;
}

static int32_t run(ph_check* check, const ph_run_context* context, ph_error* error) {
    return check->conduct(check, context, error);
}

static void destroy(ph_check* check) {
    if (check->conduct == late) say_pass_in_thread(check);
    free(check);
}

#define CHECKER(its_name, its_conduct)                                          \
    static const ph_checker checker_##its_conduct = {sizeof(ph_checker),        \
                                                     0,                         \
                                                     its_name,                  \
                                                     "Has one kind of conduct", \
                                                     "{}",                      \
                                                     NULL,                      \
                                                     PH_SCOPE_EXTERNAL,         \
                                                     PH_PROBE_READY,            \
                                                     2000,                      \
                                                     1000,                      \
                                                     1000,                      \
                                                     0,                         \
                                                     create,                    \
                                                     run,                       \
                                                     destroy,                   \
                                                     NULL};
CONDUCTS(CHECKER)

#define ADDRESS(its_name, its_conduct) &checker_##its_conduct,
static const ph_checker* const checkers[] = {CONDUCTS(ADDRESS)};

static const ph_plugin plugin = {sizeof(ph_plugin),
                                 PH_ABI_MAJOR,
                                 PH_ABI_MINOR,
                                 0,
                                 0,
                                 sizeof(checkers) / sizeof(checkers[0]),
                                 checkers,
                                 "conduct",
                                 "1.0.0",
                                 NULL,
                                 NULL,
                                 NULL,
                                 NULL,
                                 NULL};

PH_ELF_NOTE(0u, 0u);

const ph_plugin* probehost_plugin_entry_v1(const ph_host* host) {
    (void)host;
    return &plugin;
}
