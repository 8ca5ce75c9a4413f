// Entra ID tokens for a workload on Azure, fetched off the path of the checks that use them.
#include "net/entra.hpp"

#include <algorithm>

namespace probehost::net {
namespace {

using std::chrono::seconds;

// Endpoints of managed identities queue under load; the checks do not wait for this, so it is generous.
constexpr seconds kPatience{10};
constexpr seconds kLongestPause{30};
constexpr seconds kSoonestAgain{10};

NetError notAvailable(const std::string& detail) { return {"Entra token not available", detail}; }

} // namespace

TokenSource::TokenSource(const std::string& resource, const std::string& client_id)
    : request_(resource, client_id),
      client_({.ca_file = {}, .obeys_proxy = request_.obeysProxy(), .ca_setting = {}}),
      background_("entra-token", [this](int stop_fd) { return refresh(stop_fd); }) {}

std::string TokenSource::token(const sdk::Deadline& deadline) {
    {
        const std::lock_guard lock(mutex_);
        background_.start();
    }
    waitForFirst(deadline);
    const std::lock_guard lock(mutex_);
    if (token_.empty() || Clock::now() >= expires_) throw notAvailable(failure_);
    return token_;
}

void TokenSource::waitForFirst(const sdk::Deadline& deadline) const {
    if (answered_.raised()) return;
    try {
        deadline.wait(answered_.fd(), POLLIN);
    } catch (const sdk::Cancelled&) {
        if (!deadline.passed()) throw;
        throw notAvailable(request_.place() + ": no answer yet");
    }
}

void TokenSource::refused(const std::string& token) {
    const std::lock_guard lock(mutex_);
    if (token == token_ && Clock::now() >= fetched_ + kSoonestAgain) background_.wake();
}

sdk::milliseconds TokenSource::refresh(int stop_fd) {
    try {
        return keep(fetch(stop_fd));
    } catch (const NetError& error) {
        return keepTrying(error.message + ": " + error.detail);
    } catch (const sdk::Cancelled&) {
        return keepTrying("no answer within 10s");
    }
}

EntraToken TokenSource::fetch(int stop_fd) {
    return readEntraToken(client_.send(request_.make(), sdk::Deadline::in(kPatience, stop_fd)));
}

sdk::milliseconds TokenSource::keep(const EntraToken& token) {
    failures_ = 0;
    const std::lock_guard lock(mutex_);
    token_ = token.text;
    fetched_ = Clock::now();
    expires_ = fetched_ + token.lifetime;
    failure_ = request_.place() + ": the last token has expired";
    answered_.raise();
    return sdk::milliseconds(token.lifetime) / 2;
}

// Until the endpoint answers again, a token that is still valid goes on serving.
sdk::milliseconds TokenSource::keepTrying(const std::string& detail) {
    const auto pause = std::min<seconds>(seconds(1U << std::min(failures_, 5U)), kLongestPause);
    ++failures_;
    const std::lock_guard lock(mutex_);
    failure_ = request_.place() + ": " + detail;
    answered_.raise();
    return pause;
}

} // namespace probehost::net
