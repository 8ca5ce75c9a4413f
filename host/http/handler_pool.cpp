// Each thread reads slot numbers from the work pipe until the front closes it.
#include "http/handler_pool.hpp"

#include <Poco/Net/HTTPServerConnection.h>
#include <Poco/Net/StreamSocket.h>
#include <fcntl.h>
#include <pthread.h>

#include <array>
#include <csignal>
#include <numeric>
#include <system_error>
#include <thread>

#include "http/guarded_factory.hpp"
#include "http/prepared_answer.hpp"

namespace probehost {
namespace {

constexpr int stackSize = 512 << 10;

void openPipe(FileDescriptor& out, FileDescriptor& in) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
    out.reset(ends[0]);
    in.reset(ends[1]);
}

void setNonBlocking(const FileDescriptor& fd) { ::fcntl(fd.get(), F_SETFL, O_NONBLOCK); }

std::optional<uint32_t> readNumber(const FileDescriptor& fd) {
    uint32_t number = 0;
    ssize_t got = 0;
    do {
        got = ::read(fd.get(), &number, sizeof number);
    } while (got < 0 && errno == EINTR);
    return got == sizeof number ? std::optional(number) : std::nullopt;
}

// A pipe holds more numbers than there are slots, so this neither blocks nor fails.
void writeNumber(const FileDescriptor& fd, uint32_t number) {
    while (::write(fd.get(), &number, sizeof number) < 0 && errno == EINTR) {
    }
}

void blockSignals() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

} // namespace

HandlerPool::HandlerPool(Poco::Net::HTTPRequestHandlerFactory::Ptr handlers, int threads, std::size_t queue)
    : handlers_(std::move(handlers)),
      params_(new Poco::Net::HTTPServerParams),
      slots_(static_cast<std::size_t>(threads) + queue),
      free_(slots_.size()),
      workers_(static_cast<std::size_t>(threads), Worker(*this)),
      threads_("http-handler", threads, threads, 60, stackSize) {
    params_->setKeepAlive(false);
    std::iota(free_.begin(), free_.end(), 0U);
    openPipe(workOut_, workIn_);
    openPipe(doneOut_, doneIn_);
    setNonBlocking(doneOut_);
    for (Worker& worker : workers_) threads_.start(worker);
}

std::optional<uint32_t> HandlerPool::freeSlot() {
    if (free_.empty()) return std::nullopt;
    const uint32_t slot = free_.back();
    free_.pop_back();
    return slot;
}

void HandlerPool::hand(uint32_t slot) { writeNumber(workIn_, slot); }

std::optional<uint32_t> HandlerPool::finished() { return readNumber(doneOut_); }

void HandlerPool::Worker::run() {
    blockSignals();
    while (const auto slot = readNumber(pool_.workOut_)) {
        pool_.serve(pool_.slots_[*slot]);
        writeNumber(pool_.doneIn_, *slot);
    }
}

void HandlerPool::serve(Exchange& exchange) {
    int failure = 0;
    try {
        const Poco::Net::StreamSocket socket(new MemorySocket(exchange));
        const Poco::Net::HTTPRequestHandlerFactory::Ptr guarded(new GuardedFactory(*handlers_, failure));
        Poco::Net::HTTPServerConnection(socket, params_, guarded).run();
    } catch (const std::exception&) {
        failure = 500;
    }
    if (exchange.answer.empty() && failure == 0) failure = 500;
    if (failure == 0) return;
    const PreparedAnswer& refused = refusal(failure, Persistence::None);
    exchange.answer = exchange.head.compare(0, 5, "HEAD ") == 0 ? refused.head() : refused.all();
}

bool HandlerPool::finish(std::chrono::milliseconds patience) {
    workIn_.reset();
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (threads_.used() > 0) {
        if (std::chrono::steady_clock::now() >= deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
}

} // namespace probehost
