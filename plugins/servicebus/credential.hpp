// What a check proves its rights with.
#pragma once

#include <chrono>
#include <memory>
#include <probehost/checker.hpp>
#include <string>

#include "servicebus/connection_string.hpp"

namespace probehost::servicebus {

using Clock = std::chrono::system_clock;

struct Token {
    std::string text;
    const char* type;        // as put-token calls it
    Clock::time_point renew; // when to ask for another
};

// Used by one run at a time.
class Credential {
  public:
    virtual ~Credential() = default;
    // A token that is good now, or a Failure. Waits, if at all, inside the deadline.
    virtual Token token(const std::string& audience, const sdk::Deadline& deadline) = 0;
    // The service would not have this token.
    virtual void refused(const Token&) {}
};

// Tokens of Microsoft Entra ID for the identity `client_id` (empty: the only one); throws sdk::ConfigError.
std::unique_ptr<Credential> entra(const std::string& client_id);

// From the key or the ready-made signature of a connection string; throws sdk::ConfigError for a signature that is
// none.
std::unique_ptr<Credential> sharedAccess(const ConnectionString& given);

} // namespace probehost::servicebus
