// Lets exceptions out of a C function, of run or of destroy: C++'s, and one of a foreign runtime, as a panic of Rust's
// is.
#include <unwind.h>

#include <cstring>
#include <stdexcept>

#include "probehost/abi.h"

PH_ELF_NOTE(0, 0);

struct ph_check {
    bool foreign;
    bool last; // in destroy, and not before
};

namespace {

const ph_host* host_;

void raiseForeign() {
    static _Unwind_Exception panic;
    std::memcpy(&panic.exception_class, "MOZ\0RUST", 8);
    panic.exception_cleanup = [](_Unwind_Reason_Code, _Unwind_Exception*) {};
    _Unwind_RaiseException(&panic);
    std::abort(); // nobody caught it
}

int32_t create(const ph_checker*, const ph_host* host, const ph_settings* settings, ph_check** made, ph_error*) {
    *made = new ph_check{std::strcmp(host->setting(settings, "/kind", nullptr), "foreign") == 0,
                         std::strcmp(host->setting(settings, "/at", nullptr), "destroy") == 0};
    host_ = host;
    return PH_OK;
}

void raise(bool foreign) {
    if (foreign) raiseForeign();
    throw std::runtime_error("nobody catches this");
}

int32_t run(ph_check* check, const ph_run_context* context, ph_error*) {
    if (!check->last) raise(check->foreign);
    host_->verdict(context->run, PH_PASS, nullptr, 0);
    return PH_OK;
}

void destroy(ph_check* check) {
    const ph_check was = *check;
    delete check;
    if (was.last) raise(was.foreign);
}

const ph_checker throwing = {sizeof(ph_checker),
                             0,
                             "throwing",
                             "Throws",
                             R"({"type":"object"})",
                             nullptr,
                             PH_SCOPE_EXTERNAL,
                             PH_PROBE_READY,
                             1000,
                             200,
                             50,
                             0,
                             create,
                             run,
                             destroy,
                             nullptr};
const ph_checker* const checkers[] = {&throwing};
const ph_plugin plugin = {sizeof(ph_plugin), PH_ABI_MAJOR, PH_ABI_MINOR, 0,       0,       1,       checkers,
                          "throwing",        "1.0.0",      nullptr,      nullptr, nullptr, nullptr, nullptr};

} // namespace

PH_EXPORT const ph_plugin* probehost_plugin_entry_v1(const ph_host*) { return &plugin; }
