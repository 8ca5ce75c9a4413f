// Tells when files of some folders have changed and come to rest.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "health/result.hpp"

namespace probehost {

// All from one thread.
class FileWatch {
  public:
    FileWatch(); // without inotify, fd() is -1 and nothing is ever due
    ~FileWatch();

    FileWatch(const FileWatch&) = delete;
    FileWatch& operator=(const FileWatch&) = delete;

    // Only these from now on, and what becomes of them themselves: links in their place, their owner and mode.
    void follow(const std::vector<std::string>& folders);

    int fd() const { return fd_; } // readable: look()
    void look();

    // When to act on what was seen; nothing when nothing was.
    std::optional<Clock::time_point> due() const { return due_; }
    void done() { due_.reset(), first_.reset(); }

  private:
    using Names = std::set<std::string>; // which are watched in a folder

    bool concerns(int watch, const std::string& name, uint32_t what) const;
    void noteChange();

    int fd_;
    std::map<int, Names> watches_;
    std::optional<Clock::time_point> first_; // change since done()
    std::optional<Clock::time_point> due_;
};

} // namespace probehost
