// The answer of a token endpoint: a token and how long it lives, or why there is none.
#include <algorithm>
#include <charconv>
#include <ctime>
#include <nlohmann/json.hpp>

#include "net/entra_request.hpp"

namespace probehost::net {
namespace {

using nlohmann::json;
using std::chrono::seconds;

constexpr seconds kUnknownLifetime{300};
constexpr seconds kLongestLifetime{7 * 86400};
constexpr size_t kLongestReason = 160;

NetError unexpected(const std::string& detail) { return {"Unexpected answer", detail}; }

std::string textOf(const json& answer, const char* name) {
    const auto found = answer.find(name);
    if (found == answer.end()) return {};
    return found->is_string() ? found->get<std::string>() : found->is_number() ? found->dump() : "";
}

std::optional<int64_t> numberOf(const std::string& text) {
    int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

// "2025-01-31T10:20:30+00:00", with or without a fraction; what stands for UTC in the offset's place is taken as such.
std::optional<int64_t> isoTime(const std::string& text) {
    std::tm moment{};
    const char* rest = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &moment);
    if (rest == nullptr) return std::nullopt;
    std::tm offset{};
    const char* sign = std::find_if(rest, text.c_str() + text.size(), [](char c) { return c == '+' || c == '-'; });
    const bool shifted = *sign != '\0' && strptime(sign + 1, "%H:%M", &offset) != nullptr;
    const int64_t shift = shifted ? (offset.tm_hour * 60 + offset.tm_min) * 60 : 0;
    return timegm(&moment) - (*sign == '-' ? -shift : shift);
}

// A span needs no clock that agrees with the endpoint's, so it comes first.
seconds lifetimeOf(const json& answer) {
    if (const auto span = numberOf(textOf(answer, "expires_in"))) return seconds(*span);
    const auto text = textOf(answer, "expires_on");
    const auto moment = numberOf(text) ? numberOf(text) : isoTime(text);
    // Any moment before 1970 has passed, but the distance to it may be no number any more.
    return moment ? seconds(std::max<int64_t>(*moment, 0) - std::time(nullptr)) : kUnknownLifetime;
}

bool fitsHeader(const std::string& token) {
    return !token.empty() && std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c <= '~'; });
}

std::string reasonOf(const json& answer) {
    auto reason = textOf(answer, "error") + " " + textOf(answer, "error_description");
    std::replace_if(
        reason.begin(), reason.end(), [](char c) { return c < ' ' || c > '~'; }, ' ');
    return reason.substr(0, kLongestReason);
}

} // namespace

EntraToken readEntraToken(const HttpResponse& response) {
    const auto answer = json::parse(response.body, nullptr, false);
    const bool usable = answer.is_object();
    if (response.status != 200)
        throw unexpected("HTTP " + std::to_string(response.status) + " " + (usable ? reasonOf(answer) : ""));
    response.whole();
    if (!usable) throw unexpected("not a JSON object");
    EntraToken token{textOf(answer, "access_token"), std::min(lifetimeOf(answer), kLongestLifetime)};
    if (!fitsHeader(token.text)) throw unexpected("no access_token");
    if (token.lifetime <= seconds(0)) throw unexpected("the token has already expired");
    return token;
}

} // namespace probehost::net
