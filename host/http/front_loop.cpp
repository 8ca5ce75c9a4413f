// One turn: new answers first, then sockets, then deadlines. Whatever could be long is cut into turns.
#include "http/front_loop.hpp"

#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <system_error>

namespace probehost {
namespace {

constexpr uint64_t wakeKey = Acceptor::firstKey - 1;
constexpr uint64_t handlersKey = Acceptor::firstKey - 2;
constexpr uint64_t adminKey = Acceptor::firstKey - 3;

constexpr std::chrono::microseconds slice{150}; // longest that sockets are served before new clients get a look
constexpr std::size_t several = 2;              // sockets that were ready at once
constexpr std::chrono::microseconds nap{30};
constexpr std::size_t crowd = 1000; // clients whose memory is worth giving back
constexpr std::chrono::milliseconds longestSleep{1000};
constexpr std::chrono::milliseconds standstill{1000};
constexpr std::chrono::milliseconds pauseNap{10};
constexpr std::chrono::milliseconds stopTime{500};
constexpr std::size_t descriptorsKept = 64; // for everything in the process that is no client

// Neither one address nor those that wait may take every connection there is.
Limits affordable(Limits limits) {
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    const std::size_t most = files.rlim_cur > 2 * descriptorsKept ? files.rlim_cur - descriptorsKept : descriptorsKept;
    limits.connections = std::min(limits.connections, most);
    limits.perAddress = std::min(limits.perAddress, std::max<std::size_t>(1, limits.connections * 9 / 10));
    limits.parked = std::min(limits.parked, limits.connections / 2);
    return limits;
}

FileDescriptor eventDescriptor() {
    FileDescriptor fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!fd) throw std::system_error(errno, std::generic_category(), "eventfd");
    return fd;
}

std::vector<Listener> listenersOf(const FrontOptions& options) {
    std::vector<Listener> listeners;
    for (const ListenSpec& where : besideEachOther(options.listen))
        listeners.push_back(Listener::tcp(where, options.limits));
    if (options.admin) listeners.push_back(Listener::unixSocket(options.admin->path, options.limits.backlog));
    return listeners;
}

std::optional<PocoBridge> adminBridge(const FrontOptions& options) {
    if (!options.admin) return std::nullopt;
    return std::optional<PocoBridge>(std::in_place, options.admin->handlers, options.limits.adminThreads,
                                     options.limits.handlerQueue);
}

void becomeFrontThread() {
    ::pthread_setname_np(::pthread_self(), "http-front");
    ::prctl(PR_SET_TIMERSLACK, 1UL); // naps and deadlines end when they should, and not 50 us later
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

} // namespace

FrontLoop::FrontLoop(FrontOptions options, const std::atomic<int64_t>& schedulerBeat)
    : limits_(affordable(options.limits)),
      refresh_(options.refresh),
      crowdLeft_(options.crowdLeft),
      wakeUp_(eventDescriptor()),
      heartbeat_(schedulerBeat, options.beatLimit),
      handlers_(options.handlers, limits_.handlerThreads, limits_.handlerQueue),
      adminHandlers_(adminBridge(options)),
      table_(limits_, epoll_, counters_),
      server_(limits_, table_, counters_, heartbeat_, {&handlers_, adminHandlers_ ? &*adminHandlers_ : nullptr},
              options.routed),
      acceptor_(listenersOf(options), epoll_, table_, server_, counters_),
      port_(acceptor_.port()) {
    server_.apply(std::make_unique<FrontSettings>(std::move(options.settings)));
    epoll_.require(wakeUp_.get(), EPOLLIN, wakeKey);
    epoll_.require(handlers_.doneFd(), EPOLLIN, handlersKey);
    if (adminHandlers_) epoll_.require(adminHandlers_->doneFd(), EPOLLIN, adminKey);
    acceptor_.watch();
}

FrontLoop::~FrontLoop() { stop(); }

void FrontLoop::publish(std::shared_ptr<const RenderedAnswers> answers) {
    newAnswers_.put(std::make_unique<std::shared_ptr<const RenderedAnswers>>(std::move(answers)));
    wake();
}

void FrontLoop::apply(FrontSettings settings) {
    newSettings_.put(std::make_unique<FrontSettings>(std::move(settings)));
    wake();
}

void FrontLoop::wake() { ::eventfd_write(wakeUp_.get(), 1); }

void FrontLoop::start() { thread_ = std::thread(&FrontLoop::run, this); }

bool FrontLoop::stop() {
    stopping_ = true;
    wake();
    if (thread_.joinable()) thread_.join();
    const bool openOnes = handlers_.stop(stopTime);
    const bool adminOnes = !adminHandlers_ || adminHandlers_->stop(stopTime);
    return openOnes && adminOnes;
}

void FrontLoop::run() {
    becomeFrontThread();
    while (!stopping_) turn();
    finishUp();
}

void FrontLoop::finishUp() {
    readMail();
    acceptor_.close();
    const auto deadline = Clock::now() + stopTime;
    for (server_.beginStop(); table_.size() > 0 && Clock::now() < deadline; turn()) {
    }
    table_.closeAll();
}

void FrontLoop::turn() {
    const bool behind = epoll_.hasMore();
    if (!behind) await();
    const auto awake = Clock::now();
    noticeStandstill(awake);
    beat_ = std::chrono::nanoseconds(awake.time_since_epoch()).count();
    server_.setTime(awake);
    readMail();
    // New clients go ahead of all that are ready, so that their wait does not grow with the number of others.
    if (behind || epoll_.isFull()) acceptor_.acceptAll();
    for (const auto served = Clock::now(); epoll_.hasMore() && Clock::now() - served < slice;) dispatch(epoll_.next());
    server_.expire();
    server_.releaseParked();
    if (server_.takeNewWaiters() && refresh_) refresh_(Probe::Ready);
    acceptor_.recover(awake);
    acceptor_.noticeSlowClients(awake);
    noticeCrowd();
    const auto busy = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - awake);
    counters_.raise(Count::LoopStallMaxUs, static_cast<uint64_t>(busy.count()));
}

// Among many clients the next requests are on their way: a moment's sleep by a timer has them come together, and spares
// whoever sends the first of them to wake this thread.
void FrontLoop::await() {
    if (epoll_.count() >= several) {
        epoll_.wait(0);
        if (epoll_.count() > 0) return;
        std::this_thread::sleep_for(nap);
    }
    epoll_.wait(timeout(Clock::now()));
}

void FrontLoop::dispatch(const epoll_event& event) {
    const uint64_t key = event.data.u64;
    if (key >= Acceptor::firstKey && key < Acceptor::firstKey + 256) return acceptor_.acceptFrom(key);
    if (key == handlersKey) return server_.finished(handlers_);
    if (key == adminKey) return server_.finished(*adminHandlers_);
    if (key == wakeKey) {
        eventfd_t ignored = 0;
        ::eventfd_read(wakeUp_.get(), &ignored);
        return readMail(); // after it, as mail that comes between the two would not wake anybody
    }
    Connection* connection = table_.find(key);
    if (connection == nullptr) return;
    if ((event.events & EPOLLERR) != 0) return table_.close(*connection);
    if ((event.events & EPOLLHUP) != 0) return server_.hungUp(*connection);
    if ((event.events & EPOLLOUT) != 0) return server_.writable(*connection);
    server_.readable(*connection);
}

void FrontLoop::readMail() {
    if (auto answers = newAnswers_.take()) server_.publish(std::move(*answers));
    if (auto settings = newSettings_.take()) server_.apply(std::move(settings));
}

// A turn far longer than its sleep may be means that the process did not run at all.
void FrontLoop::noticeStandstill(Clock::time_point awake) {
    if (awake - std::exchange(lastAwake_, awake) > longestSleep + standstill) heartbeat_.pardon(awake);
}

void FrontLoop::noticeCrowd() {
    mostClients_ = std::max(mostClients_, table_.size());
    if (mostClients_ < crowd || table_.size() > mostClients_ / 10) return;
    mostClients_ = table_.size();
    if (crowdLeft_) crowdLeft_();
}

int FrontLoop::timeout(Clock::time_point now) const {
    if (server_.hasParkedToRelease()) return 0;
    Clock::time_point next = std::min(table_.nextDeadline(), now + longestSleep);
    if (acceptor_.isPaused() || stopping_) next = std::min(next, now + pauseNap);
    return static_cast<int>(std::max<int64_t>(0, std::chrono::ceil<std::chrono::milliseconds>(next - now).count()));
}

} // namespace probehost
