// The answers of a host that has just begun: alive, neither started nor ready.
#include "http/probe_answers.hpp"

namespace probehost {

ProbeAnswers ProbeAnswers::beforeFirstResults() {
    const std::string starting = R"({"status":"starting","detail":"Service is still initialising"})";
    ProbeAnswers answers;
    answers[Probe::Live] = {true, R"({"status":"alive"})", R"({"status":"alive"})"};
    answers[Probe::Ready] = {false, R"({"status":"not_ready","checks":{}})", R"({"status":"not_ready"})"};
    answers[Probe::Started] = {false, starting, starting};
    answers.stuck = {false, R"({"status":"not_alive","checks":{}})", R"({"status":"not_alive"})"};
    return answers;
}

} // namespace probehost
