// Takes what one run says through the ABI: without secrets, bounded, and as valid UTF-8.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>

#include "health/result.hpp"
#include "log/redactor.hpp"

namespace probehost {

// A plugin may call from several threads and even after its run: late calls find the sink closed.
class RunSink {
  public:
    // `redactor` outlives this.
    explicit RunSink(const Redactor& redactor) : redactor_(redactor) {}

    void open();
    // What was said, nothing when there was no verdict; the sink is closed from here on.
    std::optional<Result> close();

    void verdict(int32_t value, std::string_view message);
    void detail(std::string_view text);
    int32_t fact(std::string_view key, std::string_view text);

  private:
    std::string text(std::string_view bytes, size_t limit) const;

    const Redactor& redactor_;
    std::mutex mutex_;
    bool open_ = false;
    bool judged_ = false;
    Result result_;
};

} // namespace probehost
