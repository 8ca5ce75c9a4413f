// A front on a free port with answers, handlers and a scheduler's beat that a test controls.
#pragma once

#include <atomic>
#include <functional>
#include <future>

#include "client.hpp"
#include "http/front.hpp"

namespace probehost::test {

using Clock = std::chrono::steady_clock;

// Answers that never grow stale: alive, ready with one check, started.
ProbeAnswers passingAnswers();
ProbeAnswers failingAnswers();
// Passing ones for which a probe that arrives after this moment waits.
ProbeAnswers answersFreshUntil(Clock::time_point moment);

// What handlers do, by path: /echo says what arrived, /hang waits for release(), /throw throws, /none has no handler.
class Handlers : public Poco::Net::HTTPRequestHandlerFactory {
  public:
    explicit Handlers(std::string name) : name_(std::move(name)) {}

    Poco::Net::HTTPRequestHandler* createRequestHandler(const Poco::Net::HTTPServerRequest& request) override;
    void release() { released_.set_value(); }
    int hanging() const { return hanging_; }

  private:
    const std::string name_;
    std::promise<void> released_;
    const std::shared_future<void> wait_ = released_.get_future().share();
    std::atomic<int> hanging_ = 0;
};

class TestFront {
  public:
    using Adjust = std::function<void(FrontOptions&)>;

    explicit TestFront(const Adjust& adjust = {}, const ProbeAnswers& answers = passingAnswers());
    ~TestFront();

    uint16_t port() const { return front_->port(); }
    Client client() const { return Client(port()); }
    Answer get(const std::string& target, const std::string& fields = "") const { return client().get(target, fields); }
    Front& front() { return *front_; }
    Handlers& handlers() { return *handlers_; }
    uint64_t count(Count count) const { return front_->counters()[count]; }
    bool reaches(Count count, uint64_t value) const;
    int refreshes() const { return refreshes_; }
    bool stop() { return front_->stop(); }

    void scheduleLater() { beat_ = 0; }
    void stopScheduler() { beat_ = 1; } // a nanosecond after the machine has started

  private:
    std::atomic<int64_t> beat_;
    std::atomic<int> refreshes_ = 0;
    Poco::SharedPtr<Handlers> handlers_ = new Handlers("open");
    std::unique_ptr<Front> front_;
};

// A path in a directory that is removed with it.
class TemporaryPath {
  public:
    TemporaryPath();
    ~TemporaryPath();
    const std::string& directory() const { return directory_; }
    std::string path() const { return directory_ + "/admin.sock"; }

  private:
    std::string directory_;
};

bool eventually(const std::function<bool()>& condition);

} // namespace probehost::test
