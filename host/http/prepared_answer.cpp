// Status line, fields and body in one piece, so that sending an answer is one system call.
#include "http/prepared_answer.hpp"

#include <algorithm>
#include <array>

namespace probehost {
namespace {

struct Refusal {
    int status;
    const char* reason;
    const char* error;
};

constexpr std::array refusals = {
    Refusal{400, "Bad Request", "Bad request"},
    Refusal{404, "Not Found", "Not found"},
    Refusal{405, "Method Not Allowed", "Method not allowed"},
    Refusal{408, "Request Timeout", "Request took too long to arrive"},
    Refusal{413, "Content Too Large", "Request body too large"},
    Refusal{414, "URI Too Long", "Request target too long"},
    Refusal{417, "Expectation Failed", "Expectation not supported"},
    Refusal{431, "Request Header Fields Too Large", "Request header too large"},
    Refusal{500, "Internal Server Error", "Internal error"},
    Refusal{501, "Not Implemented", "Not implemented"},
    Refusal{503, "Service Unavailable", "Too busy, try again"},
    Refusal{504, "Gateway Timeout", "No answer in time"},
    Refusal{505, "HTTP Version Not Supported", "HTTP version not supported"},
};

using Refused = std::array<PreparedAnswer, refusals.size()>;

ByPersistence<Refused> prepareRefusals() {
    ByPersistence<Refused> answers;
    for (const Persistence persistence : allPersistences)
        std::transform(refusals.begin(), refusals.end(), answers[persistence].begin(), [=](const Refusal& refusal) {
            const std::string body = std::string(R"({"error":")") + refusal.error + R"("})";
            return prepareAnswer(refusal.status, body, persistence, refusal.status == 405);
        });
    return answers;
}

ByPersistence<PreparedAnswer> prepareAllowedMethods(int status) {
    ByPersistence<PreparedAnswer> answers;
    for (const Persistence persistence : allPersistences)
        answers[persistence] = prepareAnswer(status, "", persistence, true);
    return answers;
}

const char* connectionField(Persistence persistence) {
    if (persistence == Persistence::Implied) return "";
    return persistence == Persistence::Told ? "Connection: keep-alive\r\n" : "Connection: close\r\n";
}

std::size_t refusalIndex(int status) {
    const auto* found = std::find_if(refusals.begin(), refusals.end(), [=](auto& r) { return r.status == status; });
    return found == refusals.end() ? refusalIndex(500) : std::size_t(found - refusals.begin());
}

} // namespace

const char* reasonPhrase(int status) { return status == 200 ? "OK" : refusals[refusalIndex(status)].reason; }

PreparedAnswer prepareAnswer(int status, std::string_view body, Persistence persistence, bool allow) {
    PreparedAnswer answer;
    std::string& bytes = answer.bytes;
    bytes.append("HTTP/1.1 ").append(std::to_string(status)).append(" ").append(reasonPhrase(status)).append("\r\n");
    bytes.append("Content-Type: ").append(jsonType).append("\r\nCache-Control: no-store\r\n");
    if (allow) bytes.append("Allow: GET, HEAD, OPTIONS\r\n");
    bytes.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
    bytes.append(connectionField(persistence)).append("\r\n");
    answer.headSize = bytes.size();
    bytes.append(body);
    return answer;
}

const PreparedAnswer& refusal(int status, Persistence persistence) {
    static const auto answers = prepareRefusals();
    return answers[persistence][refusalIndex(status)];
}

const PreparedAnswer& allowedMethods(bool passing, Persistence persistence) {
    static const std::array answers = {prepareAllowedMethods(503), prepareAllowedMethods(200)};
    return answers[passing][persistence];
}

} // namespace probehost
