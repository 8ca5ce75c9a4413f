// Masks secrets in texts that leave the process.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace probehost {

// Immutable, so any thread may use it. Secrets shorter than 4 characters are left alone: masking "1" or "on" would
// spoil every text and tell more than it hides. One of up to 11 letters and nothing else is masked where it is no part
// of a longer word, for the same reason.
class Redactor {
  public:
    Redactor() = default;
    explicit Redactor(const std::vector<std::string>& secrets);

    // The text with "***" in place of every secret, as it is or percent-encoded; of overlapping ones the whole is
    // masked.
    std::string redact(std::string_view text) const;

  private:
    std::vector<std::string> secrets_; // longest first
};

} // namespace probehost
