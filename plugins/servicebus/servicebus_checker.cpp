// Service Bus is up when a queue or subscription shows its first message, or that it has none, before the deadline.
#include <algorithm>
#include <memory>
#include <mutex>
#include <optional>
#include <probehost/checker.hpp>
#include <utility>

#include "net/background.hpp"
#include "net/error.hpp"
#include "net/tls.hpp"
#include "servicebus/credential.hpp"
#include "servicebus/failure.hpp"
#include "servicebus/servicebus_schema.hpp"
#include "servicebus/session.hpp"
#include "servicebus/target.hpp"

namespace probehost::servicebus {
namespace {

using namespace std::chrono_literals;

constexpr sdk::milliseconds kLongestRest = 1min; // between two looks whether the session is still worth keeping

// Runs and heartbeats share the session under the mutex; a heartbeat never waits, so a run never waits for one.
class ServiceBusChecker {
  public:
    static constexpr auto info =
        sdk::Info("servicebus", "Peeks at an Azure Service Bus queue or subscription; locks and consumes nothing")
            .schema(kServiceBusSchema)
            .about(kServiceBusAbout)
            .timeout(2s)
            .interval(30s)
            .maxAge(30s);

    explicit ServiceBusChecker(const sdk::Settings& settings)
        : ServiceBusChecker(settings, connectionStringFrom(settings)) {}

    ~ServiceBusChecker() {
        const std::lock_guard lock(mutex_);
        drop();
    }

    sdk::Verdict check(sdk::Run& run) {
        auto verdict = lookInSession(run);
        heartbeats_.start();
        if (std::exchange(connected_, false)) heartbeats_.wake(); // a new session wants its own
        return verdict;
    }

  private:
    ServiceBusChecker(const sdk::Settings& settings, const std::optional<ConnectionString>& given)
        : target_(targetFrom(settings, given)),
          credential_(given ? sharedAccess(*given) : entra(settings.text("client_id"))) {
        if (target_.tls) tls_.emplace(net::TlsSettings{settings.text("ca_file"), {}, {}, {}});
    }

    sdk::Verdict lookInSession(sdk::Run& run) {
        const std::lock_guard lock(mutex_);
        if (session_ && !session_->usable()) drop();
        run.fact("connection", session_ ? "kept" : "new");
        if (session_) {
            auto verdict = look(run);
            if (verdict.status != PH_FAIL) return verdict;
            run.fact("connection", "renewed");
            session_.reset();
        }
        return look(run);
    }

    // Afterwards there is a session only where the next run can go on with it.
    sdk::Verdict look(const sdk::Deadline& deadline) {
        auto session = std::move(session_);
        try {
            if (!session) session = connect(deadline);
            session->look(deadline);
            session_ = std::move(session);
            return sdk::pass();
        } catch (const Failure& failure) {
            if (failure.status == PH_WARN && failure.answered) session_ = std::move(session);
            return {failure.status, failure.message, failure.detail};
        } catch (const net::NetError& error) {
            return sdk::fail(error.message, error.detail);
        }
    }

    std::unique_ptr<Session> connect(const sdk::Deadline& deadline) {
        connected_ = true;
        return std::make_unique<Session>(dependencies(), deadline);
    }

    Dependencies dependencies() { return {target_, tls_ ? &*tls_ : nullptr, *credential_}; }

    void drop() {
        if (session_) session_->close();
        session_.reset();
    }

    sdk::milliseconds beat() {
        const std::unique_lock lock(mutex_, std::try_to_lock);
        if (!lock) return 1s;
        if (session_ && !session_->usable()) drop();
        if (!session_) return kLongestRest;
        auto session = std::move(session_);
        const auto next = session->beat();
        session_ = std::move(session);
        return std::clamp<sdk::milliseconds>(next.value_or(kLongestRest), 100ms, kLongestRest);
    }

    Target target_;
    std::optional<net::TlsContext> tls_;
    std::unique_ptr<Credential> credential_;
    std::mutex mutex_;
    std::unique_ptr<Session> session_; // guarded by mutex_
    bool connected_ = false;           // the run's own: it made a session
    net::Background heartbeats_{"servicebus-beat", [this](int) { return beat(); }};
};

} // namespace
} // namespace probehost::servicebus

PROBEHOST_PLUGIN("servicebus", "0.1.0", probehost::servicebus::ServiceBusChecker)
