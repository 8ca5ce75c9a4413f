#include "guarded.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void cannot_go_on(const char* what) {
    fprintf(stderr, "probehost testing: no %s\n", what);
    abort();
}

void* zeroed(size_t size) {
    void* memory = calloc(1, size);
    if (memory == NULL) cannot_go_on("memory");
    return memory;
}

void* resized(void* memory, size_t size) {
    void* moved = realloc(memory, size);
    if (moved == NULL) cannot_go_on("memory");
    return moved;
}

char* copied(const char* text) {
    char* copy = strdup(text);
    if (copy == NULL) cannot_go_on("memory");
    return copy;
}

static size_t page_size(void) { return (size_t)sysconf(_SC_PAGESIZE); }

struct guarded guarded_copy(const void* bytes, size_t size) {
    const size_t page = page_size();
    struct guarded made = {NULL, NULL, (size + page - 1) / page * page};
    char* start = mmap(NULL, made.usable + page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED || mprotect(start, made.usable, PROT_READ | PROT_WRITE) != 0) cannot_go_on("memory");
    made.start = start;
    made.data = start + made.usable - size;
    if (bytes != NULL) memcpy(made.data, bytes, size);
    return made;
}

void guarded_seal(const struct guarded* memory) { mprotect(memory->start, memory->usable, PROT_READ); }

/* Replaced in place, which gives the memory back and keeps the addresses; neighbours become one mapping. */
void guarded_retire(struct guarded* memory) {
    if (memory->start == NULL) return;
    const size_t size = memory->usable + page_size();
    if (mmap(memory->start, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
        cannot_go_on("memory");
    memory->start = NULL;
    memory->data = NULL;
}
