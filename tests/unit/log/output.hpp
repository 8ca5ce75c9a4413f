// A pipe that a log writes into and a test reads, or does not.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace probehost::test {

constexpr std::chrono::seconds patience{30};

class Output {
  public:
    Output();
    ~Output();
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    int fd() const { return writer_; }
    // Makes the pipe as small as it can be, and gives its size.
    size_t shrink();
    // What comes until the pipe ends with `end`, newline excluded; less when that does not come in time.
    std::string readUntil(const std::string& end);
    void closeReader();

  private:
    int reader_ = -1;
    int writer_ = -1;
};

std::vector<std::string> lines(const std::string& text);

} // namespace probehost::test
