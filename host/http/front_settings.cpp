// The token is compared without telling, by the time it takes, how much of a guess was right.
#include "http/front_settings.hpp"

#include "http/http_text.hpp"

namespace probehost {
namespace {

bool equalInConstantTime(std::string_view secret, std::string_view guess) {
    volatile unsigned difference = secret.size() == guess.size() ? 0 : 1;
    for (std::size_t i = 0; i < secret.size(); ++i) {
        const char other = guess.empty() ? '\0' : guess[i % guess.size()];
        difference = difference | static_cast<unsigned char>(secret[i] ^ other);
    }
    return difference == 0;
}

} // namespace

bool FrontSettings::showsDetails(std::string_view authorization) const {
    if (!terse) return true;
    const std::string_view scheme = http::cut(authorization, " ");
    return !token.empty() && http::equalsIgnoringCase(scheme, "bearer") &&
           equalInConstantTime(token, http::trim(authorization));
}

} // namespace probehost
