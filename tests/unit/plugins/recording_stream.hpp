// A peer that says what it was given, in the portions it was given.
#pragma once

#include <algorithm>
#include <deque>
#include <string>

#include "net/stream.hpp"

namespace probehost {

// Gives its portions one by one, then ends; remembers what was written.
class RecordingStream : public net::Stream {
  public:
    RecordingStream(std::deque<std::string> portions, std::string& written)
        : portions_(std::move(portions)), written_(written) {}
    size_t read(std::span<char> buffer, const sdk::Deadline&) override {
        if (portions_.empty()) return 0;
        const auto portion = portions_.front().substr(0, buffer.size());
        portions_.front().erase(0, portion.size());
        if (portions_.front().empty()) portions_.pop_front();
        std::copy(portion.begin(), portion.end(), buffer.begin());
        return portion.size();
    }
    void writeAll(std::string_view bytes, const sdk::Deadline&) override { written_ += bytes; }
    int fd() const override { return -1; }

  private:
    std::deque<std::string> portions_;
    std::string& written_;
};

} // namespace probehost
