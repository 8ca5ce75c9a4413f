// What a test's process tells the one that started it: one line of JSON for each thing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "authoring/finding.hpp"

namespace probehost::authoring {

// A line that says what the test is about to do, or what it found.
std::string doingLine(const std::string& what);
std::string findingLine(const Finding& finding);

// Writes all of it; false when nobody reads.
bool writeWhole(int fd, std::string_view bytes);

// Reads lines in whatever pieces they come; what is no line of these is dropped, and too much of it too.
class ReportReader {
  public:
    void take(std::string_view bytes);

    const std::string& doing() const { return doing_; }
    const std::optional<Finding>& finding() const { return finding_; }

  private:
    void understand(const std::string& line);

    std::string rest_;
    std::string doing_;
    std::optional<Finding> finding_;
};

} // namespace probehost::authoring
