// The two requests that a check makes, as AMQP messages without an id.
#pragma once

#include <proton/message.h>

#include <memory>
#include <string>

#include "servicebus/credential.hpp"

namespace probehost::servicebus {

struct FreeMessage {
    void operator()(pn_message_t* message) const { pn_message_free(message); }
};
using Request = std::unique_ptr<pn_message_t, FreeMessage>;

// Asks $cbs to let this connection do with `audience` what the token allows.
Request putToken(const Token& token, const std::string& audience);

// Asks $management to show the first message there is; neither locks nor counts it.
Request peek();

} // namespace probehost::servicebus
