// A ph_error with room for its text.
#pragma once

#include <probehost/abi.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace probehost {

class ErrorBuffer {
  public:
    ErrorBuffer() = default;
    ErrorBuffer(const ErrorBuffer&) = delete; // the table points into this
    ErrorBuffer& operator=(const ErrorBuffer&) = delete;

    ph_error* get() { return &error_; }
    std::string_view text() const { return {text_.data(), std::min<size_t>(error_.message_length, text_.size() - 1)}; }

  private:
    // More than is shown of it, so that what is cut here is cut again behind the masking of secrets.
    std::array<char, 4096> text_{};
    ph_error error_{sizeof(ph_error), PH_OK, text_.data(), static_cast<uint32_t>(text_.size()), 0};
};

} // namespace probehost
