#include "recording.h"

#include <probehost/abi.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guarded.h"

#define LONGEST_LOG_LINE 4096u
#define LONGEST_FACT 256u

void text_append(struct text* text, const char* bytes, uint64_t length) {
    text->bytes = resized(text->bytes, text->length + length + 1);
    if (length > 0) memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = '\0';
}

void text_set(struct text* text, const char* bytes, uint64_t length) {
    text->length = 0;
    text_append(text, bytes, length);
}

const char* text_shown(const struct text* text) { return text->bytes == NULL ? "" : text->bytes; }

static void forget_facts(struct recording* recording) {
    for (uint32_t i = 0; i < recording->fact_count; i++) {
        free(recording->facts[i].key);
        free(recording->facts[i].value);
    }
    recording->fact_count = 0;
}

void recording_free(struct recording* recording) {
    struct text* texts[] = {&recording->log,     &recording->broken, &recording->shown_log, &recording->shown_broken,
                            &recording->message, &recording->detail, &recording->error};
    forget_facts(recording);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) free(texts[i]->bytes);
    for (uint32_t i = 0; i < recording->secret_count; i++) free(recording->secrets[i]);
    free(recording->secrets);
    pthread_mutex_destroy(&recording->mutex);
}

void recording_clear(struct recording* recording) {
    forget_facts(recording);
    text_set(&recording->message, "", 0);
    text_set(&recording->detail, "", 0);
    text_set(&recording->error, "", 0);
}

void record_secret(struct recording* recording, const char* value) {
    recording->secrets = resized(recording->secrets, (recording->secret_count + 1) * sizeof(char*));
    recording->secrets[recording->secret_count++] = copied(value);
}

static void look_for_secrets(struct recording* recording, const char* where, const char* bytes, uint64_t length) {
    for (uint32_t i = 0; i < recording->secret_count; i++) {
        const char* secret = recording->secrets[i];
        if (length > 0 && *secret != '\0' && memmem(bytes, length, secret, strlen(secret)) != NULL)
            record_breach(recording, "C4: a secret of the settings is in a %s", where);
    }
}

void record_text(struct recording* recording, struct text* into, const char* where, const char* bytes, uint64_t length,
                 uint64_t most) {
    look_for_secrets(recording, where, bytes, length);
    text_set(into, bytes, length < most ? length : most);
}

void record_log(struct recording* recording, int32_t level, const char* bytes, uint64_t length) {
    static const char* const levels[] = {"debug: ", "info: ", "warn: ", "error: "};
    const char* name = levels[level >= PH_LOG_DEBUG && level <= PH_LOG_ERROR ? level : PH_LOG_DEBUG];
    look_for_secrets(recording, "log line", bytes, length);
    pthread_mutex_lock(&recording->mutex);
    text_append(&recording->log, name, strlen(name));
    text_append(&recording->log, bytes, length < LONGEST_LOG_LINE ? length : LONGEST_LOG_LINE);
    text_append(&recording->log, "\n", 1);
    pthread_mutex_unlock(&recording->mutex);
}

int32_t record_fact(struct recording* recording, const char* key, const char* bytes, uint64_t length) {
    struct text name = {NULL, 0}, value = {NULL, 0};
    look_for_secrets(recording, "fact", bytes, length);
    if (recording->fact_count == MOST_FACTS) return PH_E_UNSUPPORTED;
    text_set(&name, key, strnlen(key, LONGEST_FACT));
    text_set(&value, bytes, length < LONGEST_FACT ? length : LONGEST_FACT);
    recording->facts[recording->fact_count].key = name.bytes;
    recording->facts[recording->fact_count++].value = value.bytes;
    return PH_OK;
}

void record_breach(struct recording* recording, const char* format, ...) {
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof(line) - 1, format, arguments);
    va_end(arguments);
    const size_t length = strlen(line);
    line[length] = '\n';
    line[length + 1] = '\0';
    pthread_mutex_lock(&recording->mutex);
    if (strstr(text_shown(&recording->broken), line) == NULL) text_append(&recording->broken, line, length + 1);
    pthread_mutex_unlock(&recording->mutex);
}

const char* recording_show(struct recording* recording, const struct text* text, struct text* shown) {
    pthread_mutex_lock(&recording->mutex);
    text_set(shown, text_shown(text), text->length);
    pthread_mutex_unlock(&recording->mutex);
    return text_shown(shown);
}
