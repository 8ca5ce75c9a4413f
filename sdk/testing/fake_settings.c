/* A fake host's life, and what a test tells it. */
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "fake.h"

#define MESSAGE_SIZE 256u

static struct entry* entry_of(struct entries* entries, const char* name) {
    struct entry* found = find_entry(entries, name);
    if (found != NULL) return found;
    entries->all = resized(entries->all, (entries->count + 1) * sizeof(struct entry));
    found = &entries->all[entries->count++];
    memset(found, 0, sizeof(*found));
    found->name = copied(name);
    return found;
}

static void clear(struct entries* entries) {
    for (uint32_t i = 0; i < entries->count; i++) {
        free(entries->all[i].name);
        free(entries->all[i].text);
    }
    free(entries->all);
}

ph_fake* ph_fake_new(void) {
    ph_fake* fake = zeroed(sizeof(ph_fake));
    const ph_host table = fake_host_table(fake);
    fake->host = guarded_copy(&table, sizeof(table));
    guarded_seal(&fake->host);
    fake->settings.fake = fake;
    fake->run.fake = fake;
    fake->json = copied("{}");
    fake->message_size = MESSAGE_SIZE;
    fake->cancel_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fake->cancel_fd < 0) cannot_go_on("descriptor");
    pthread_mutex_init(&fake->said.mutex, NULL);
    return fake;
}

void ph_fake_free(ph_fake* fake) {
    if (fake == NULL) return;
    ph_fake_destroy(fake);
    if (fake->initialised && fake->plugin->deinit != NULL) fake->plugin->deinit();
    guarded_retire(&fake->host);
    recording_free(&fake->said);
    clear(&fake->values);
    clear(&fake->extensions);
    free(fake->json);
    close(fake->cancel_fd);
    free(fake);
}

void ph_fake_set(ph_fake* fake, const char* pointer, const char* value) {
    struct entry* entry = entry_of(&fake->values, pointer);
    free(entry->text);
    entry->text = value == NULL ? NULL : copied(value);
}

void ph_fake_set_secret(ph_fake* fake, const char* pointer, const char* value) {
    ph_fake_set(fake, pointer, value);
    record_secret(&fake->said, value);
}

void ph_fake_set_json(ph_fake* fake, const char* json) {
    free(fake->json);
    fake->json = copied(json);
}

void ph_fake_set_extension(ph_fake* fake, const char* id, const void* extension) {
    entry_of(&fake->extensions, id)->extension = extension;
}

void ph_fake_set_reason(ph_fake* fake, uint32_t reason) { fake->reason = reason; }

void ph_fake_set_message_size(ph_fake* fake, uint32_t size) { fake->message_size = size; }

const char* ph_fake_error(const ph_fake* fake) { return text_shown(&fake->said.error); }

const char* ph_fake_log(ph_fake* fake) { return recording_show(&fake->said, &fake->said.log, &fake->said.shown_log); }

const char* ph_fake_fact(const ph_fake* fake, const char* key) {
    for (uint32_t i = fake->said.fact_count; i > 0; i--) {
        if (strcmp(fake->said.facts[i - 1].key, key) == 0) return fake->said.facts[i - 1].value;
    }
    return NULL;
}

const char* ph_fake_broken(ph_fake* fake) {
    return recording_show(&fake->said, &fake->said.broken, &fake->said.shown_broken);
}
