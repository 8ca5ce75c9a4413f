/* U1 FAIL: it cannot bear its previous version in its process */
/* previous */
#include <link.h>

#include "begin.h"
static int look(struct dl_phdr_info* object, size_t size, void* nothing) {
    (void)size, (void)nothing;
    return strstr(object->dlpi_name, "/previous.so") != NULL;
}
static int32_t run(ph_check* check, const ph_run_context* context, ph_error* error) {
    (void)error;
    if (dl_iterate_phdr(look, NULL) != 0) crash();
    return passed(check, context);
}
#define RUN run
#include "sound.h"
