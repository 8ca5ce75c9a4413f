/* Memory that ends where a page begins that nobody may touch, and that nobody may touch any more once it is taken back.
 */
#ifndef PROBEHOST_SDK_GUARDED_H
#define PROBEHOST_SDK_GUARDED_H

#include <stddef.h>

struct guarded {
    void* data; /* the bytes; what lies behind them crashes its reader */
    void* start;
    size_t usable; /* bytes of the pages before the guard */
};

/* A copy of `size` bytes, or so many zeros when `bytes` is NULL; writable. */
struct guarded guarded_copy(const void* bytes, size_t size);

/* From now on who writes to it crashes. */
void guarded_seal(const struct guarded* memory);

/* From now on who touches it crashes; its addresses are not used again. */
void guarded_retire(struct guarded* memory);

/* Ends the process in words, since `what` could not be had. */
void cannot_go_on(const char* what) __attribute__((noreturn));

/* calloc(), realloc() and strdup() that do not return without memory. */
void* zeroed(size_t size);
void* resized(void* memory, size_t size);
char* copied(const char* text);

#endif
