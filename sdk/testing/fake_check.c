/* A check on the fake host: made, run and ended as a host does it. */
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>

#include "fake.h"

#define MILLISECOND 1000000
#define A_DAY_MS 86400000
#define MOST_LATE_MS 200

static int64_t now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 * MILLISECOND + time.tv_nsec;
}

/* A ph_error and its buffer, each before a guard. */
struct lent_error {
    struct guarded buffer, error;
};

static struct lent_error lend_error(uint32_t size) {
    struct lent_error lent;
    lent.buffer = guarded_copy(NULL, size);
    const ph_error error = {sizeof(ph_error), PH_OK, lent.buffer.data, size, 0};
    lent.error = guarded_copy(&error, sizeof(error));
    return lent;
}

static void take_error(ph_fake* fake, struct lent_error* lent, const char* call, int32_t code) {
    const ph_error* error = lent->error.data;
    if (error->message_length > 0 && error->message_length >= error->message_size)
        record_breach(&fake->said, "%s wrote %u bytes and a NUL into a message_size of %u", call, error->message_length,
                      error->message_size);
    else if (code != PH_OK)
        record_text(&fake->said, &fake->said.error, "error", error->message, error->message_length,
                    error->message_size);
    if (code != PH_OK && error->message_length == 0 && fake->message_size > 1 && code != PH_E_CANCELLED)
        record_breach(&fake->said, "%s failed with %d and does not say why: expected a message by ph_fail()", call,
                      (int)code);
    guarded_retire(&lent->error);
    guarded_retire(&lent->buffer);
}

static int32_t refuse_plugin(ph_fake* fake, const char* why) {
    text_set(&fake->said.error, why, strlen(why));
    return PH_E_UNSUPPORTED;
}

static int32_t initialise(ph_fake* fake) {
    if (fake->initialised || fake->plugin->init == NULL) return PH_OK;
    struct lent_error lent = lend_error(fake->message_size);
    const int32_t code = fake->plugin->init(fake->host.data, lent.error.data);
    take_error(fake, &lent, "init()", code);
    fake->initialised = code == PH_OK;
    return code;
}

static const ph_checker* find_checker(const ph_plugin* plugin, const char* name) {
    for (uint32_t i = 0; i < plugin->checker_count; i++) {
        if (strcmp(plugin->checkers[i]->name, name) == 0) return plugin->checkers[i];
    }
    return NULL;
}

static int32_t load(ph_fake* fake, ph_entry_fn entry, const char* name) {
    const ph_plugin* plugin = entry(fake->host.data);
    if (plugin == NULL) return refuse_plugin(fake, "the entry function returned NULL");
    if (plugin != entry(fake->host.data))
        record_breach(&fake->said, "the entry function returned another table the second time");
    if (plugin->struct_size < PH_SIZE_TO(ph_plugin, get_extension))
        return refuse_plugin(fake, "ph_plugin.struct_size is too small");
    if (plugin->abi_major != PH_ABI_MAJOR) return refuse_plugin(fake, "ph_plugin.abi_major is not PH_ABI_MAJOR");
    fake->plugin = plugin;
    fake->checker = find_checker(plugin, name);
    if (fake->checker == NULL) return refuse_plugin(fake, "the plugin has no checker of that name");
    if (fake->checker->struct_size < PH_SIZE_TO(ph_checker, get_extension))
        return refuse_plugin(fake, "ph_checker.struct_size is too small");
    return initialise(fake);
}

static void take_back_settings(ph_fake* fake) {
    fake->creating = 0;
    guarded_retire(&fake->lent_json);
    for (uint32_t i = 0; i < fake->values.count; i++) guarded_retire(&fake->values.all[i].lent);
}

static int32_t checked_creation(ph_fake* fake, int32_t code) {
    if (code == PH_OK && fake->check == NULL) {
        record_breach(&fake->said, "create() returned PH_OK and made no check");
        return PH_E_INTERNAL;
    }
    if (code != PH_OK && fake->check != NULL) record_breach(&fake->said, "create() failed and set *check");
    if (code != PH_OK) fake->check = NULL;
    return code;
}

int32_t ph_fake_create(ph_fake* fake, ph_entry_fn entry, const char* checker) {
    ph_fake_destroy(fake);
    recording_clear(&fake->said);
    const int32_t loaded = load(fake, entry, checker);
    if (loaded != PH_OK) return loaded;
    struct lent_error lent = lend_error(fake->message_size);
    fake->creating = 1;
    const int32_t code =
        fake->checker->create(fake->checker, fake->host.data, &fake->settings, &fake->check, lent.error.data);
    take_back_settings(fake);
    take_error(fake, &lent, "create()", code);
    return checked_creation(fake, code);
}

static struct guarded lend_context(ph_fake* fake, int64_t deadline_ns) {
    const ph_run_context context = {.struct_size = sizeof(ph_run_context),
                                    .reason = fake->reason,
                                    .deadline_ns = deadline_ns,
                                    .cancel_fd = fake->cancel_fd,
                                    .attempt = ++fake->attempt,
                                    .run = &fake->run};
    const struct guarded lent = guarded_copy(&context, sizeof(context));
    guarded_seal(&lent);
    return lent;
}

/* A cancel that came before the run counts from its start. */
static void judge_time(ph_fake* fake, int64_t start, int64_t deadline, int64_t end) {
    int64_t due = deadline > start ? deadline : start;
    int64_t cancelled = __atomic_load_n(&fake->cancelled_ns, __ATOMIC_ACQUIRE);
    if (cancelled != 0 && cancelled < start) cancelled = start;
    if (cancelled != 0 && cancelled < due) due = cancelled;
    fake->result.took_ms = (end - start) / MILLISECOND;
    if (end - due > (int64_t)MOST_LATE_MS * MILLISECOND)
        record_breach(&fake->said, "C2: run() came back more than %d ms after its deadline or cancel", MOST_LATE_MS);
}

static void forget_cancel(ph_fake* fake) {
    eventfd_t count;
    eventfd_read(fake->cancel_fd, &count);
    __atomic_store_n(&fake->cancelled_ns, 0, __ATOMIC_RELEASE);
}

static const ph_fake_result* summed_up(ph_fake* fake, int32_t code) {
    fake->result.code = code;
    fake->result.message = text_shown(&fake->said.message);
    fake->result.detail = text_shown(&fake->said.detail);
    fake->result.error = text_shown(&fake->said.error);
    if (code == PH_OK && fake->result.verdict == PH_UNKNOWN) record_breach(&fake->said, "C3: run() gave no verdict");
    return &fake->result;
}

const ph_fake_result* ph_fake_run(ph_fake* fake, int64_t timeout_ms) {
    if (fake->check == NULL) cannot_go_on("check to run: ph_fake_create() has not returned PH_OK");
    recording_clear(&fake->said);
    fake->result.verdict = PH_UNKNOWN;
    const int64_t start = now_ns();
    const int64_t deadline = start + (timeout_ms < A_DAY_MS ? timeout_ms : A_DAY_MS) * MILLISECOND;
    struct guarded context = lend_context(fake, deadline);
    struct lent_error lent = lend_error(fake->message_size);
    fake->running = 1;
    const int32_t code = fake->checker->run(fake->check, context.data, lent.error.data);
    fake->running = 0;
    judge_time(fake, start, deadline, now_ns());
    forget_cancel(fake);
    guarded_retire(&context);
    take_error(fake, &lent, "run()", code);
    return summed_up(fake, code);
}

void ph_fake_cancel(ph_fake* fake) {
    int64_t not_yet = 0;
    __atomic_compare_exchange_n(&fake->cancelled_ns, &not_yet, now_ns(), 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
    eventfd_write(fake->cancel_fd, 1);
}

void ph_fake_destroy(ph_fake* fake) {
    if (fake->check != NULL) fake->checker->destroy(fake->check);
    fake->check = NULL;
}
