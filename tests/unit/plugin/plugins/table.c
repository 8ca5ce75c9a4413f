/* A plugin with a sound table, unless a definition of its build spoils one thing. */
#include <probehost/abi.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#ifndef CHECKER_NAME
#define CHECKER_NAME "tiny"
#endif
#ifndef PLUGIN_NAME
#define PLUGIN_NAME "tiny-plugin"
#endif
#ifndef PLUGIN_VERSION
#define PLUGIN_VERSION "1.2.3"
#endif
#ifndef PLUGIN_SIZE
#define PLUGIN_SIZE sizeof(ph_plugin)
#endif
#ifndef CHECKER_SIZE
#define CHECKER_SIZE sizeof(ph_checker)
#endif
#ifndef TABLE_MAJOR
#define TABLE_MAJOR PH_ABI_MAJOR
#endif
#ifndef TABLE_NEEDED
#define TABLE_NEEDED 0
#endif
#ifndef CREATE
#define CREATE create
#endif
#ifndef SCHEMA
#define SCHEMA "{\"type\":\"object\"}"
#endif
#ifndef TIMEOUT
#define TIMEOUT 1500
#endif
#ifndef CHECKERS
#define CHECKERS &checker
#endif
#ifndef COUNT
#define COUNT (sizeof(checkers) / sizeof(checkers[0]))
#endif
#ifndef LIST
#define LIST checkers
#endif
#ifndef INIT
#define INIT NULL
#endif
#ifndef DEINIT
#define DEINIT NULL
#endif
#ifndef PLUGIN
#define PLUGIN &plugin
#endif

#ifdef NOTE_MAJOR
static const ph_elf_note note __attribute__((used, aligned(4), section(".note.probehost"))) = {
    10u, 16u, PH_NOTE_TYPE, PH_NOTE_NAME, NOTE_MAJOR, 0u, 0u, 0u};
#elif defined(NOTE_NEEDED)
PH_ELF_NOTE(NOTE_NEEDED, 0u);
#elif !defined(NO_NOTE)
PH_ELF_NOTE(0u, 0u);
#endif

static const ph_host* the_host;

__attribute__((unused)) static int32_t create(const ph_checker* checker, const ph_host* host,
                                              const ph_settings* settings, ph_check** check, ph_error* error) {
    (void)checker, (void)settings, (void)error;
    the_host = host;
    *check = (ph_check*)&the_host;
    return PH_OK;
}

static int32_t run(ph_check* check, const ph_run_context* context, ph_error* error) {
    (void)check, (void)error;
    the_host->verdict(context->run, PH_PASS, NULL, 0);
    return PH_OK;
}

static void destroy(ph_check* check) { (void)check; }

/* Not every build calls these. */
__attribute__((unused)) static void hang(void) {
    for (;;) pause();
}
__attribute__((unused)) static void segfault(void) {
    signal(SIGSEGV, SIG_DFL); /* which a sanitizer has taken */
    raise(SIGSEGV);
}
__attribute__((unused)) static void hang_apart(void) {
    close(3); /* where the worker reports */
    hang();
}
__attribute__((unused)) static int32_t init(const ph_host* host, ph_error* error) {
    (void)error;
    host->log(host, NULL, PH_LOG_INFO, "init", 4);
    the_host = host;
    return PH_OK;
}
__attribute__((unused)) static int32_t failing_init(const ph_host* host, ph_error* error) {
    (void)host;
    return ph_fail(error, PH_E_UNSUPPORTED, "this system has no coffee");
}
__attribute__((unused)) static int32_t silent_init(const ph_host* host, ph_error* error) {
    (void)host, (void)error;
    return PH_E_INTERNAL;
}
__attribute__((unused)) static void deinit(void) { the_host->log(the_host, NULL, PH_LOG_INFO, "deinit", 6); }

__attribute__((unused)) static const ph_checker checker = {CHECKER_SIZE,
                                                           PH_CHECKER_NO_IO,
                                                           CHECKER_NAME,
                                                           "Passes",
                                                           SCHEMA,
                                                           "{\"docs\":\"https://example.org\"}",
                                                           PH_SCOPE_LOCAL,
                                                           PH_PROBE_READY | PH_PROBE_STARTED,
                                                           TIMEOUT,
                                                           5000,
                                                           250,
                                                           0,
                                                           CREATE,
                                                           run,
                                                           destroy,
                                                           NULL};
__attribute__((unused)) static const ph_checker* const checkers[] = {CHECKERS};

__attribute__((unused)) static const ph_plugin plugin = {
    PLUGIN_SIZE, TABLE_MAJOR,    PH_ABI_MINOR, TABLE_NEEDED, 0,    COUNT,  LIST,
    PLUGIN_NAME, PLUGIN_VERSION, NULL,         NULL,         INIT, DEINIT, NULL};

#ifdef NO_ENTRY
PH_EXPORT const ph_plugin* another_entry(const ph_host* host);
const ph_plugin* another_entry(const ph_host* host) {
#else
const ph_plugin* probehost_plugin_entry_v1(const ph_host* host) {
#endif
    (void)host;
#ifdef ENTRY_BODY
    ENTRY_BODY;
#endif
    return PLUGIN;
}
