/* What a checker has said to its fake host, and which rules it broke in doing so. */
#ifndef PROBEHOST_SDK_RECORDING_H
#define PROBEHOST_SDK_RECORDING_H

#include <pthread.h>
#include <stdint.h>

#define MOST_FACTS 32u

/* A text that grows; `bytes` is NULL while it is empty. */
struct text {
    char* bytes;
    uint64_t length;
};

struct fact {
    char* key;
    char* value;
};

struct recording {
    pthread_mutex_t mutex; /* guards what comes from any thread: log, broken and shown */
    struct text log, broken, shown_log, shown_broken;
    struct text message, detail, error;
    struct fact facts[MOST_FACTS];
    uint32_t fact_count;
    char** secrets;
    uint32_t secret_count;
};

void text_set(struct text* text, const char* bytes, uint64_t length);
void text_append(struct text* text, const char* bytes, uint64_t length);
/* Never NULL. */
const char* text_shown(const struct text* text);

void recording_free(struct recording* recording);

/* A run begins: what the one before has said is forgotten. */
void recording_clear(struct recording* recording);

void record_secret(struct recording* recording, const char* value);

/* Takes `bytes` down in `into`, cut at `most`; a secret in it is a breach of C4, `where` being what it is. */
void record_text(struct recording* recording, struct text* into, const char* where, const char* bytes, uint64_t length,
                 uint64_t most);

void record_log(struct recording* recording, int32_t level, const char* bytes, uint64_t length);

/* PH_OK, or PH_E_UNSUPPORTED for one too many. */
int32_t record_fact(struct recording* recording, const char* key, const char* bytes, uint64_t length);

/* Each breach is told once. */
void record_breach(struct recording* recording, const char* format, ...) __attribute__((format(printf, 2, 3)));

/* What lies in `text` just now, for who does not hold the mutex. */
const char* recording_show(struct recording* recording, const struct text* text, struct text* shown);

#endif
