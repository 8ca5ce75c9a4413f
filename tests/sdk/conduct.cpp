#include "conduct.hpp"

#include <catch2/catch.hpp>

Conduct conduct;

namespace {

int32_t create(const ph_checker*, const ph_host* host, const ph_settings* settings, ph_check** check, ph_error* error) {
    conduct.host = host;
    const int32_t code = conduct.create ? conduct.create(host, settings, check, error) : PH_OK;
    if (code == PH_OK && !conduct.create) *check = reinterpret_cast<ph_check*>(&conduct);
    if (*check != nullptr) conduct.checks++;
    return code;
}

int32_t run(ph_check*, const ph_run_context* context, ph_error* error) {
    return conduct.run(conduct.host, context, error);
}

void destroy(ph_check*) { conduct.checks--; }

int32_t init(const ph_host*, ph_error*) {
    conduct.plugins++;
    return PH_OK;
}

void deinit() { conduct.plugins--; }

const ph_checker checker = {sizeof(ph_checker),
                            0,
                            "scripted",
                            "Does what a test says",
                            "{}",
                            nullptr,
                            0,
                            0,
                            1000,
                            0,
                            0,
                            0,
                            create,
                            run,
                            destroy,
                            nullptr};
const ph_checker* const checkers[] = {&checker};
const ph_plugin plugin = {sizeof(ph_plugin), PH_ABI_MAJOR, 0,       0,       0,    1,      checkers,
                          "scripted",        "1.0.0",      nullptr, nullptr, init, deinit, nullptr};

} // namespace

PH_EXPORT const ph_plugin* probehost_plugin_entry_v1(const ph_host*) { return &plugin; }

Fake fakeWith(decltype(Conduct::run) run) {
    conduct = {};
    conduct.run = std::move(run);
    Fake fake(ph_fake_new());
    REQUIRE(ph_fake_create(fake.get(), probehost_plugin_entry_v1, "scripted") == PH_OK);
    return fake;
}
