// One line of text per event on standard error, written by a thread of its own so that a full pipe stops nobody.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "log/redactor.hpp"

namespace probehost {

enum class Level { Debug, Info, Warning, Error };

// Any thread may write; a write never blocks on the output and never holds secrets back by itself: they are masked.
// Lines that the output cannot take are dropped and counted in the next line that gets through.
class Log {
  public:
    explicit Log(int fd = 2);
    ~Log(); // writes what is left, unless the output is stuck

    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;

    // One line: control characters become spaces, and what is too long is cut.
    void write(Level level, std::string_view text);

    // Takes the place of the former secrets from now on.
    void mask(Redactor redactor);

    // Waits until all is written, but not longer than `limit`.
    void flush(std::chrono::milliseconds limit);

  private:
    // Shared with the writing thread, which outlives the log when the output never takes what it is given.
    struct Queue {
        explicit Queue(int descriptor);
        void writeLines();
        std::string line(Level level, std::string_view text) const;
        std::string takeLines(); // needs mutex

        const int fd;
        const bool journal; // takes a line's priority from its first characters
        std::mutex mutex;
        std::condition_variable wake;
        std::condition_variable written;
        std::deque<std::string> lines; // guarded by mutex, as all below
        std::shared_ptr<const Redactor> redactor = std::make_shared<Redactor>();
        size_t dropped = 0;
        bool busy = false;
        bool stopping = false;
    };

    std::shared_ptr<const Redactor> redactor() const;

    std::shared_ptr<Queue> queue_;
    std::thread thread_;
};

} // namespace probehost
