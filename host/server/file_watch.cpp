// inotify on folders, because files are replaced by renames and some do not exist yet.
#include "server/file_watch.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace probehost {

namespace {

constexpr std::chrono::milliseconds rest{250};          // without a change
constexpr std::chrono::milliseconds longestDelay{1000}; // however often things change
constexpr uint32_t changes = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_ATTRIB;

// Editors and package managers leave such files for a moment; Kubernetes swaps the link "..data".
bool matters(std::string_view name) {
    if (name.starts_with("..data")) return true;
    return !name.starts_with(".") && !name.ends_with("~") && !name.ends_with(".swp") && !name.ends_with(".dpkg-new");
}

} // namespace

FileWatch::FileWatch() : fd_(inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {}

FileWatch::~FileWatch() {
    if (fd_ >= 0) close(fd_);
}

void FileWatch::follow(const std::vector<std::string>& folders) {
    std::vector<int> watches;
    for (const auto& folder : folders) {
        const int watch = inotify_add_watch(fd_, folder.c_str(), changes | IN_ONLYDIR);
        if (watch >= 0) watches.push_back(watch);
    }
    for (const int former : watches_)
        if (std::ranges::find(watches, former) == watches.end()) inotify_rm_watch(fd_, former);
    watches_ = std::move(watches);
}

void FileWatch::look() {
    alignas(inotify_event) std::array<char, 8192> buffer{};
    for (ssize_t size = 0; (size = read(fd_, buffer.data(), buffer.size())) > 0;) {
        for (ssize_t at = 0; at < size;) {
            const auto* event = reinterpret_cast<const inotify_event*>(&buffer.at(static_cast<size_t>(at)));
            at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
            if (event->len > 0 && matters(event->name)) noteChange();
        }
    }
}

void FileWatch::noteChange() {
    const auto now = Clock::now();
    if (!first_) first_ = now;
    due_ = std::min(now + rest, *first_ + longestDelay);
}

} // namespace probehost
