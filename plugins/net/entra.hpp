// Entra ID tokens for a workload on Azure, fetched off the path of the checks that use them.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <probehost/checker.hpp>
#include <string>

#include "net/background.hpp"
#include "net/entra_request.hpp"
#include "net/error.hpp"
#include "net/http_client.hpp"

namespace probehost::net {

// Gets a token from where Azure's SDKs would: workload identity, then Container Apps or App Service, then the IMDS,
// chosen from the environment at construction. Nothing is sent before the first token(). A token is replaced at half
// of its life, in the background, and serves until it expires, whatever the endpoint does meanwhile. Its users may be
// on any thread.
class TokenSource {
  public:
    // `resource` such as "https://servicebus.azure.net/"; `client_id` picks a user-assigned identity, empty: the only
    // one. Throws sdk::ConfigError.
    TokenSource(const std::string& resource, const std::string& client_id);

    // A valid token. Only the first is waited for. Throws NetError "Entra token not available", also at the deadline,
    // or sdk::Cancelled.
    std::string token(const sdk::Deadline& deadline);
    // The service refused this token though it has not expired: a new one is asked for, at most every 10 s.
    void refused(const std::string& token);

  private:
    using Clock = std::chrono::steady_clock;
    void waitForFirst(const sdk::Deadline& deadline) const;
    sdk::milliseconds refresh(int stop_fd);
    EntraToken fetch(int stop_fd);
    sdk::milliseconds keep(const EntraToken& token);
    sdk::milliseconds keepTrying(const std::string& detail);

    const EntraRequest request_;
    HttpClient client_;
    std::mutex mutex_;
    std::string token_;           // guarded by mutex_
    Clock::time_point fetched_{}; // guarded by mutex_
    Clock::time_point expires_{}; // guarded by mutex_
    std::string failure_;         // guarded by mutex_
    unsigned failures_ = 0;       // the background's own
    Event answered_;
    Background background_;
};

} // namespace probehost::net
