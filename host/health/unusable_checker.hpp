// Keeps the place of a checker that cannot run, so that its check is seen to be unhealthy.
#pragma once

#include <string>
#include <utility>

#include "health/checker.hpp"

namespace probehost {

class UnusableChecker final : public Checker {
  public:
    // `why` in words for strangers, such as "Checker crashed: SIGSEGV"; every run fails with it.
    explicit UnusableChecker(std::string why) : why_(std::move(why)) {}

    std::optional<Result> run(const RunRequest& /*request*/) override { return Result::failed(why_); }
    void cancel() override {}
    void end() override {}

  private:
    const std::string why_;
};

} // namespace probehost
