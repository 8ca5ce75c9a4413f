#include "cli/service_url.hpp"

#include <Poco/Exception.h>

namespace probehost::cli {

std::optional<Poco::URI> serviceUrl(const std::string& text) {
    try {
        Poco::URI uri(text);
        if (uri.getScheme() == "http" && !uri.getHost().empty()) return uri;
    } catch (const Poco::SyntaxException&) { // says no more than that
    }
    return std::nullopt;
}

} // namespace probehost::cli
