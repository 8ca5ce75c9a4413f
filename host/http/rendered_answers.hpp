// The probes' answers of one moment as ready bytes, in every variant a client can ask the front for.
#pragma once

#include <array>
#include <chrono>
#include <string_view>

#include "http/prepared_answer.hpp"
#include "http/probe_answers.hpp"

namespace probehost {

enum class Method : uint8_t { Get, Head, Options, Other };

// Which bytes of an answer a request is owed.
struct Variant {
    Method method = Method::Get;
    bool terse = false;
    Persistence persistence = Persistence::Implied;
};

// Immutable after construction, hence shared freely between threads.
class RenderedAnswers {
  public:
    explicit RenderedAnswers(const ProbeAnswers& answers);

    std::string_view answer(Probe probe, Variant variant) const { return rendered_[index(probe)].select(variant); }
    std::string_view stuck(Variant variant) const { return rendered_[allProbes.size()].select(variant); }
    std::chrono::steady_clock::time_point freshUntil(Probe probe) const { return freshUntil_[index(probe)]; }

  private:
    struct Rendered {
        std::array<ByPersistence<PreparedAnswer>, 2> get; // by terse
        bool passing = false;

        std::string_view select(Variant variant) const;
    };

    static Rendered render(const ProbeAnswer& answer);

    std::array<Rendered, allProbes.size() + 1> rendered_;
    std::array<std::chrono::steady_clock::time_point, allProbes.size()> freshUntil_;
};

} // namespace probehost
