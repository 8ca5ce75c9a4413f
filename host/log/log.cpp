// The queue between those who log and the thread that writes.
#include "log/log.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>

#include "log/one_line.hpp"

namespace probehost {

namespace {

constexpr size_t longestLine = 4096;
constexpr size_t mostLines = 1024;
constexpr std::chrono::milliseconds patience{500}; // with an output that takes nothing, at the end

// $JOURNAL_STREAM names the file that leads to it, by device and inode.
bool isJournal(int fd) {
    const char* stream = std::getenv("JOURNAL_STREAM");
    struct stat status {};
    return stream != nullptr && fstat(fd, &status) == 0 &&
           std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino) == stream;
}

// The descriptor is shared with other processes, any of which may have made it non-blocking.
void awaitRoom(int fd) {
    pollfd wait = {fd, POLLOUT, 0};
    poll(&wait, 1, -1);
}

// How many lines were lost.
size_t writeAll(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t count = ::write(fd, text.data(), text.size());
        if (count >= 0) {
            text.remove_prefix(static_cast<size_t>(count));
        } else if (errno == EAGAIN) {
            awaitRoom(fd);
        } else if (errno != EINTR) {
            return static_cast<size_t>(std::ranges::count(text, '\n'));
        }
    }
    return 0;
}

} // namespace

Log::Log(int fd) : queue_(std::make_shared<Queue>(fd)), thread_([queue = queue_] { queue->writeLines(); }) {}

Log::Queue::Queue(int descriptor) : fd(descriptor), journal(isJournal(descriptor)) {}

std::string Log::Queue::line(Level level, std::string_view text) const {
    static constexpr std::array priorities = {"<7>", "<6>", "<4>", "<3>"}; // sd-daemon(3)
    static constexpr std::array names = {"debug: ", "", "warning: ", "error: "};
    const auto index = static_cast<size_t>(level);
    const auto line = (journal ? priorities[index] : "") + (names[index] + std::string(text.substr(0, longestLine)));
    return oneLine(line) + '\n';
}

Log::~Log() {
    flush(patience);
    bool stuck = false;
    {
        const std::scoped_lock lock(queue_->mutex);
        queue_->stopping = true;
        stuck = queue_->busy || !queue_->lines.empty();
    }
    queue_->wake.notify_one();
    if (stuck) {
        thread_.detach();
    } else {
        thread_.join();
    }
}

void Log::write(Level level, std::string_view text) {
    // Masked outside of the lock, so that who logs little never waits for who logs much.
    const auto masked = queue_->line(level, redactor()->redact(text));
    {
        const std::scoped_lock lock(queue_->mutex);
        if (queue_->lines.size() >= mostLines) {
            queue_->dropped++;
            return;
        }
        queue_->lines.push_back(masked);
    }
    queue_->wake.notify_one();
}

std::shared_ptr<const Redactor> Log::redactor() const {
    const std::scoped_lock lock(queue_->mutex);
    return queue_->redactor;
}

void Log::mask(Redactor redactor) {
    auto fresh = std::make_shared<const Redactor>(std::move(redactor));
    const std::scoped_lock lock(queue_->mutex);
    queue_->redactor = std::move(fresh);
}

void Log::flush(std::chrono::milliseconds limit) {
    std::unique_lock lock(queue_->mutex);
    queue_->written.wait_for(lock, limit, [this] { return queue_->lines.empty() && !queue_->busy; });
}

void Log::Queue::writeLines() {
    pthread_setname_np(pthread_self(), "log");
    std::unique_lock lock(mutex);
    for (;;) {
        wake.wait(lock, [this] { return stopping || !lines.empty(); });
        if (lines.empty()) return;
        const size_t told = dropped; // by the last line, which is none of them
        const auto text = takeLines();
        lock.unlock();
        const size_t lost = writeAll(fd, text);
        lock.lock();
        if (lost > 0) dropped += lost + told - (told > 0 ? 1 : 0);
        busy = false;
        written.notify_all();
    }
}

std::string Log::Queue::takeLines() {
    std::string text;
    for (const auto& each : lines) text += each;
    if (dropped > 0)
        text += line(Level::Warning,
                     std::to_string(dropped) + " log lines were dropped: the output is too slow, or failed");
    lines.clear();
    dropped = 0;
    busy = true;
    return text;
}

} // namespace probehost
