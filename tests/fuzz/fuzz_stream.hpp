// A peer that says what is in the input, in pieces of the size that the input asks for.
#pragma once

#include <algorithm>
#include <string>

#include "fuzz_input.hpp"
#include "net/stream.hpp"

namespace probehost::fuzz {

class FuzzStream : public net::Stream {
  public:
    FuzzStream(std::string_view said, size_t piece) : left_(said), piece_(std::max<size_t>(1, piece)) {}

    size_t read(std::span<char> buffer, const sdk::Deadline&) override {
        const size_t count = std::min({left_.size(), buffer.size(), piece_});
        std::copy_n(left_.begin(), count, buffer.begin());
        left_.erase(0, count);
        return count;
    }
    void writeAll(std::string_view bytes, const sdk::Deadline&) override { written_ = bytes; }
    int fd() const override { return -1; }

  protected:
    const std::string& written() const { return written_; }
    void sayFirst(const std::string& bytes) { left_ = bytes + left_; }

  private:
    std::string left_;
    std::string written_;
    size_t piece_;
};

inline sdk::Deadline soon() { return sdk::Deadline::in(std::chrono::seconds(60)); }

} // namespace probehost::fuzz
