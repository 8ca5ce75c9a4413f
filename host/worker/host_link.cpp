// Frames in both directions on descriptor 3.
#include "worker/host_link.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace probehost {

namespace {

constexpr int hostFd = 3;
constexpr int lostHost = 1;
constexpr int watchPeriod = 50; // milliseconds, while checks run
constexpr int idlePeriod = 200;
constexpr int forEver = -1;
constexpr size_t longestLog = 8192;
constexpr std::chrono::seconds patience{1}; // with a host that is asked

} // namespace

void HostLink::send(const FrameWriter& frame) {
    const auto& bytes = frame.bytes();
    while (::send(hostFd, bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) {
        if (errno != EINTR) _exit(lostHost);
    }
}

void HostLink::waitForFrame() const {
    pollfd frame = {hostFd, POLLIN, 0};
    for (int period = watchPeriod; poll(&frame, 1, period) <= 0; period = untilNextLook()) endIfExcessive();
}

// Between runs only threads that the plugin left behind can take more.
int HostLink::untilNextLook() const {
    if (runs_ > 0) return watchPeriod;
    return hasThreadsBeside(ownThreads()) ? idlePeriod : forEver;
}

const std::string& HostLink::receive() {
    for (;;) {
        waitForFrame();
        received_.resize(longestFrame);
        const ssize_t size = recv(hostFd, received_.data(), received_.size(), 0);
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) _exit(size == 0 ? 0 : lostHost);
        received_.resize(static_cast<size_t>(size));
        return received_;
    }
}

void HostLink::mask(const std::vector<std::string>& secrets) {
    const std::scoped_lock lock(mutex_);
    redactor_ = Redactor(secrets);
}

void HostLink::log(Level level, std::string_view text) {
    std::string shown;
    {
        const std::scoped_lock lock(mutex_);
        shown = redactor_.redact(text);
    }
    send(FrameWriter(FrameType::Log).byte(static_cast<uint8_t>(level)).text(shown.substr(0, longestLog)));
}

int32_t HostLink::appState(std::string_view key, int64_t& ageMs) {
    constexpr size_t longestKey = 1024;
    if (std::this_thread::get_id() == receiver_ || key.size() > longestKey) return PH_APP_UNSET;
    std::unique_lock lock(mutex_);
    const auto question = ++lastQuestion_;
    send(FrameWriter(FrameType::AppAsked, 0, question).text(key));
    if (!answer_.wait_for(lock, patience, [&] { return answers_.contains(question); })) return PH_APP_UNSET;
    const auto said = answers_.extract(question).mapped();
    ageMs = said.ageMs;
    return said.state;
}

void HostLink::answered(FrameReader& frame) {
    const auto state = static_cast<int32_t>(frame.number());
    const std::scoped_lock lock(mutex_);
    answers_.insert_or_assign(frame.run(), Said{state, frame.number()});
    answer_.notify_all();
}

} // namespace probehost
