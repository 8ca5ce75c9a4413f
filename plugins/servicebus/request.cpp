#include "servicebus/request.hpp"

#include <proton/codec.h>

#include <string_view>

namespace probehost::servicebus {
namespace {

void putString(pn_data_t* data, std::string_view text) { pn_data_put_string(data, pn_bytes(text.size(), text.data())); }

void putMap(pn_data_t* data, std::initializer_list<std::pair<std::string_view, std::string_view>> entries) {
    pn_data_put_map(data);
    pn_data_enter(data);
    for (const auto& [name, value] : entries) {
        putString(data, name);
        putString(data, value);
    }
    pn_data_exit(data);
}

} // namespace

Request putToken(const Token& token, const std::string& audience) {
    Request request(pn_message());
    pn_message_set_address(request.get(), "$cbs");
    putMap(pn_message_properties(request.get()),
           {{"operation", "put-token"}, {"type", token.type}, {"name", audience}});
    putString(pn_message_body(request.get()), token.text);
    return request;
}

// The service insists on these types, and answers a message-count of 0 with an internal error.
Request peek() {
    Request request(pn_message());
    putMap(pn_message_properties(request.get()), {{"operation", "com.microsoft:peek-message"}});
    auto* body = pn_message_body(request.get());
    pn_data_put_map(body);
    pn_data_enter(body);
    putString(body, "from-sequence-number");
    pn_data_put_long(body, 1);
    putString(body, "message-count");
    pn_data_put_int(body, 1);
    pn_data_exit(body);
    return request;
}

} // namespace probehost::servicebus
