/* The smallest plugin in C that does something: it tells its setting. */
#include <probehost/abi.h>
#include <stdlib.h>
#include <string.h>

struct ph_check {
    const ph_host* host;
    char detail[64];
};

static int32_t create(const ph_checker* checker, const ph_host* host, const ph_settings* settings, ph_check** check,
                      ph_error* error) {
    const char* answer = host->setting(settings, "/answer", NULL);
    ph_check* made = calloc(1, sizeof(*made));
    (void)checker;
    if (made == NULL || answer == NULL || strlen(answer) > 32) {
        free(made);
        return ph_fail(error, PH_E_CONFIG, "answer: expected a short text");
    }
    made->host = host;
    strcpy(made->detail, "the answer is ");
    strcat(made->detail, answer);
    *check = made;
    return PH_OK;
}

static int32_t run(ph_check* check, const ph_run_context* context, ph_error* error) {
    (void)error;
    check->host->detail(context->run, check->detail, strlen(check->detail));
    check->host->verdict(context->run, PH_PASS, NULL, 0);
    return PH_OK;
}

static void destroy(ph_check* check) { free(check); }

static const ph_checker checker = {sizeof(ph_checker),
                                   PH_CHECKER_NO_IO,
                                   "consumer",
                                   "Tells its setting",
                                   "{\"type\":\"object\",\"properties\":{\"answer\":{\"type\":\"string\"}}}",
                                   NULL,
                                   PH_SCOPE_LOCAL,
                                   PH_PROBE_READY,
                                   1000,
                                   1000,
                                   1000,
                                   0,
                                   create,
                                   run,
                                   destroy,
                                   NULL};
static const ph_checker* const checkers[] = {&checker};
static const ph_plugin plugin = {sizeof(ph_plugin), PH_ABI_MAJOR, PH_ABI_MINOR, 0,    0,    1,    checkers,
                                 "consumer",        "1.0.0",      NULL,         NULL, NULL, NULL, NULL};

PH_ELF_NOTE(0u, 0u);

const ph_plugin* probehost_plugin_entry_v1(const ph_host* host) {
    (void)host;
    return &plugin;
}
