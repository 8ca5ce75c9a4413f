#include "servicebus/answer.hpp"

#include <proton/codec.h>

#include <memory>

#include "servicebus/failure.hpp"

namespace probehost::servicebus {
namespace {

constexpr uint64_t kPropertiesSection = 0x73;
constexpr uint64_t kApplicationPropertiesSection = 0x74;
constexpr int kCorrelationIdField = 5;

struct FreeData {
    void operator()(pn_data_t* data) const { pn_data_free(data); }
};
using Data = std::unique_ptr<pn_data_t, FreeData>;

// Of a string or symbol, else empty.
std::string textAt(pn_data_t* data) {
    const auto type = pn_data_type(data);
    if (type != PN_STRING && type != PN_SYMBOL) return {};
    const auto bytes = type == PN_STRING ? pn_data_get_string(data) : pn_data_get_symbol(data);
    return {bytes.start, bytes.size};
}

int numberAt(pn_data_t* data) {
    const auto type = pn_data_type(data);
    if (type == PN_INT) return pn_data_get_int(data);
    if (type == PN_LONG) return static_cast<int>(pn_data_get_long(data));
    if (type == PN_UINT) return static_cast<int>(pn_data_get_uint(data));
    return 0;
}

void readProperties(pn_data_t* data, Answer& answer) {
    pn_data_enter(data);
    for (int field = 0; pn_data_next(data); ++field) {
        if (field == kCorrelationIdField) answer.correlation_id = textAt(data);
    }
    pn_data_exit(data);
}

// $cbs and $management spell the same three names differently.
void readApplicationProperties(pn_data_t* data, Answer& answer) {
    pn_data_enter(data);
    while (pn_data_next(data)) {
        const auto name = textAt(data);
        if (!pn_data_next(data)) break;
        if (name == "statusCode" || name == "status-code") answer.status = numberAt(data);
        if (name == "statusDescription" || name == "status-description") answer.description = textAt(data);
        if (name == "errorCondition" || name == "error-condition") answer.condition = textAt(data);
    }
    pn_data_exit(data);
}

// Reads one decoded section; says which it was.
uint64_t readSection(pn_data_t* data, Answer& answer) {
    pn_data_rewind(data);
    if (!pn_data_next(data) || pn_data_type(data) != PN_DESCRIBED) return 0;
    pn_data_enter(data);
    if (!pn_data_next(data) || pn_data_type(data) != PN_ULONG) return 0;
    const auto section = pn_data_get_ulong(data);
    if (!pn_data_next(data)) return 0;
    if (section == kPropertiesSection && pn_data_type(data) == PN_LIST) readProperties(data, answer);
    if (section == kApplicationPropertiesSection && pn_data_type(data) == PN_MAP) {
        readApplicationProperties(data, answer);
    }
    return section;
}

} // namespace

Answer parseAnswer(std::string_view bytes) {
    Answer answer;
    const Data data(pn_data(16));
    uint64_t section = 0;
    while (!bytes.empty() && section < kApplicationPropertiesSection) {
        pn_data_clear(data.get());
        const ssize_t used = pn_data_decode(data.get(), bytes.data(), bytes.size());
        if (used <= 0) throw unexpectedAnswer("an answer that is no AMQP message");
        bytes.remove_prefix(static_cast<size_t>(used));
        section = readSection(data.get(), answer);
        if (section == 0) throw unexpectedAnswer("an answer that is no AMQP message");
    }
    return answer;
}

} // namespace probehost::servicebus
