// Everything that could be computed for a probe is computed here, when results change.
#include "http/rendered_answers.hpp"

namespace probehost {

RenderedAnswers::RenderedAnswers(const ProbeAnswers& answers) {
    for (const Probe probe : allProbes) {
        rendered_[index(probe)] = render(answers[probe]);
        freshUntil_[index(probe)] = answers[probe].freshUntil;
    }
    rendered_.back() = render(answers.stuck);
}

RenderedAnswers::Rendered RenderedAnswers::render(const ProbeAnswer& answer) {
    const int status = answer.passing ? 200 : 503;
    Rendered rendered;
    rendered.passing = answer.passing;
    for (const Persistence persistence : allPersistences) {
        rendered.get[0][persistence] = prepareAnswer(status, answer.body, persistence);
        rendered.get[1][persistence] = prepareAnswer(status, answer.terseBody, persistence);
    }
    return rendered;
}

std::string_view RenderedAnswers::Rendered::select(Variant variant) const {
    if (variant.method == Method::Options) return allowedMethods(passing, variant.persistence).all();
    const PreparedAnswer& answer = get[variant.terse][variant.persistence];
    return variant.method == Method::Head ? answer.head() : answer.all();
}

} // namespace probehost
