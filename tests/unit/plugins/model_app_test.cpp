// What the application says of its model, through the host's extension.
#include <probehost/ext/app_state.h>

#include <catch2/catch.hpp>
#include <map>

#include "model/model_source.hpp"

using namespace probehost;

namespace {

int32_t said_state = PH_APP_UNSET;
std::string asked_key;

int32_t stateOf(const ph_host*, const char* key, uint64_t length, int64_t* age_ms) {
    asked_key.assign(key, length);
    if (said_state != PH_APP_UNSET) *age_ms = 1234;
    return said_state;
}

const ph_app_state_1 kStates = {sizeof(ph_app_state_1), 0, stateOf};

const char* settingOf(const ph_settings*, const char* pointer, uint64_t* length) {
    if (std::string(pointer) != "/key") return nullptr;
    *length = 9;
    return "embedding";
}

ph_host hostWith(const void* (*extension)(const ph_host*, const char*)) {
    ph_host host{};
    host.struct_size = sizeof(host);
    host.setting = settingOf;
    host.fact_number = [](ph_run*, const char*, double, const char*) { return int32_t{PH_OK}; };
    host.get_extension = extension;
    return host;
}

const ph_host kHost = hostWith([](const ph_host*, const char* id) -> const void* {
    return std::string(id) == PH_EXT_APP_STATE_1 ? &kStates : nullptr;
});
const ph_host kOldHost = hostWith([](const ph_host*, const char*) -> const void* { return nullptr; });

sdk::Verdict lookWith(const ph_host& host) {
    const ph_run_context context = {sizeof(context), PH_REASON_PROBE, sdk::Deadline::now(), -1, 1, nullptr, nullptr};
    return makeAppSource(sdk::Settings(&host, nullptr), "Chat model")->look(sdk::Run(&host, &context));
}

} // namespace

TEST_CASE("model of an application: what it says decides, and silence is not loaded", "[plugins]") {
    const auto [state, status] = GENERATE(
        table<int32_t, int32_t>({{PH_APP_UNSET, PH_FAIL}, {PH_APP_YES, PH_PASS}, {PH_APP_NO, PH_FAIL}, {99, PH_FAIL}}));
    said_state = state;
    const auto verdict = lookWith(kHost);
    CHECK(verdict.status == status);
    CHECK(verdict.message == (status == PH_PASS ? "" : "Chat model not loaded"));
    CHECK(asked_key == "embedding");
}

TEST_CASE("model of an application: a host without the extension says not loaded", "[plugins]") {
    CHECK(lookWith(kOldHost).message == "Chat model not loaded");
}
