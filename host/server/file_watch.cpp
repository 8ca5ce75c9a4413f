// inotify on folders, because files are replaced by renames and some do not exist yet.
#include "server/file_watch.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

namespace probehost {

namespace {

constexpr std::chrono::milliseconds rest{250};          // without a change
constexpr std::chrono::milliseconds longestDelay{1000}; // however often things change
constexpr uint32_t changes = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_ATTRIB;
constexpr uint32_t itself = IN_DELETE_SELF | IN_MOVE_SELF; // nothing else tells when a folder is gone

// Editors and package managers leave such files for a moment; Kubernetes swaps the link "..data".
bool matters(std::string_view name) {
    if (name.starts_with("..data")) return true;
    return !name.starts_with(".") && !name.ends_with("~") && !name.ends_with(".swp") && !name.ends_with(".dpkg-new");
}

constexpr const char* every = "/"; // no file's name

} // namespace

FileWatch::FileWatch() : fd_(inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {}

FileWatch::~FileWatch() {
    if (fd_ >= 0) close(fd_);
}

void FileWatch::follow(const std::vector<std::string>& folders) {
    std::map<int, Names> watches;
    const auto add = [&](const std::filesystem::path& folder, const std::string& name) {
        const int watch = inotify_add_watch(fd_, folder.c_str(), changes | itself | IN_ONLYDIR);
        if (watch >= 0) watches[watch].insert(name);
    };
    for (const auto& folder : folders) {
        const auto path = (std::filesystem::absolute(folder) / "").parent_path();
        add(path, every);
        add(path.parent_path(), path.filename()); // where it is replaced, or comes to be
    }
    for (const auto& [former, names] : watches_)
        if (!watches.contains(former)) inotify_rm_watch(fd_, former);
    watches_ = std::move(watches);
}

void FileWatch::look() {
    alignas(inotify_event) std::array<char, 8192> buffer{};
    for (ssize_t size = 0; (size = read(fd_, buffer.data(), buffer.size())) > 0;) {
        for (ssize_t at = 0; at < size;) {
            const auto* event = reinterpret_cast<const inotify_event*>(&buffer.at(static_cast<size_t>(at)));
            at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
            const bool lost = (event->mask & IN_Q_OVERFLOW) != 0;
            if (lost || concerns(event->wd, event->len > 0 ? event->name : "", event->mask)) noteChange();
        }
    }
}

// An event without a name is of the folder itself.
bool FileWatch::concerns(int watch, const std::string& name, uint32_t what) const {
    const auto found = watches_.find(watch);
    if (found == watches_.end() || (what & IN_IGNORED) != 0) return false;
    const auto& names = found->second;
    if (names.contains(every)) return name.empty() || matters(name) || names.contains(name);
    return names.contains(name);
}

void FileWatch::noteChange() {
    const auto now = Clock::now();
    if (!first_) first_ = now;
    due_ = std::min(now + rest, *first_ + longestDelay);
}

} // namespace probehost
