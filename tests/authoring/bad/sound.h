/* The rest of a plugin that keeps every rule. A file that breaks one defines what it does in its own way before it
 * includes this: RUN, CREATE, DESTROY, SCHEMA, ABOUT, EXTENSION, RESERVED, NEEDED, ENTRY. */
#ifndef RUN
static int32_t pass_run(ph_check* check, const ph_run_context* context, ph_error* error) {
    (void)error;
    check->host->verdict(context->run, PH_PASS, NULL, 0);
    return PH_OK;
}
#define RUN pass_run
#endif

#ifndef CREATE
static int32_t sound_create(const ph_checker* checker, const ph_host* host, const ph_settings* settings,
                            ph_check** check, ph_error* error) {
    (void)checker, (void)settings;
    *check = calloc(1, sizeof(**check));
    if (*check == NULL) return ph_fail(error, PH_E_INTERNAL, "out of memory");
    (*check)->host = host;
    return PH_OK;
}
#define CREATE sound_create
#endif

#ifndef DESTROY
static void sound_destroy(ph_check* check) { free(check); }
#define DESTROY sound_destroy
#endif

#ifndef SCHEMA
#define SCHEMA                                                                                            \
    "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{\"name\":{\"type\":\"string\"}," \
    "\"password\":{\"type\":\"string\",\"writeOnly\":true},\"port\":{\"type\":\"integer\"}}}"
#endif
#ifndef ABOUT
#define ABOUT "{\"example\":{\"name\":\"x\"}}"
#endif
#ifndef EXTENSION
#define EXTENSION NULL
#endif
#ifndef RESERVED
#define RESERVED 0
#endif
#ifndef NEEDED
#define NEEDED 0u
#endif

static const ph_checker checker = {sizeof(ph_checker),
                                   0,
                                   "tried",
                                   "Breaks one rule",
                                   SCHEMA,
                                   ABOUT,
                                   PH_SCOPE_EXTERNAL,
                                   PH_PROBE_READY,
                                   1000,
                                   1000,
                                   1000,
                                   RESERVED,
                                   CREATE,
                                   RUN,
                                   DESTROY,
                                   EXTENSION};
static const ph_checker* const checkers[] = {&checker};
static const ph_plugin plugin = {sizeof(ph_plugin), PH_ABI_MAJOR, PH_ABI_MINOR, NEEDED, 0,    1,    checkers,
                                 "tried",           "1.0.0",      NULL,         NULL,   NULL, NULL, NULL};

PH_ELF_NOTE(NEEDED, 0u);

#ifndef ENTRY
#define ENTRY &plugin
#endif
PH_EXPORT const ph_plugin* probehost_plugin_entry_v1(const ph_host* host) {
    (void)host;
    return ENTRY;
}
