// Probes in their default form are the front's; options, other forms and every other page belong to handlers.
#include "http/routing.hpp"

#include <array>
#include <optional>

#include "http/http_text.hpp"

namespace probehost {
namespace {

constexpr std::string_view singleCheckPrefix = "/health/ready/";

Route refuse(int status) { return {Route::Kind::Refuse, Probe::Live, false, status}; }

std::optional<Probe> probeAt(std::string_view path, const FrontSettings& settings) {
    if (path == "/health") return Probe::Live;
    if (path == "/health/ready") return Probe::Ready;
    if (path == "/health/started") return Probe::Started;
    const auto alias = settings.aliases.find(path);
    return alias == settings.aliases.end() ? std::nullopt : std::optional(alias->second);
}

bool hasOption(std::string_view query) {
    while (!query.empty()) {
        std::string_view value = http::cut(query, "&");
        const std::string_view option = http::cut(value, "=");
        if (option == "verbose" || option == "exclude") return true;
    }
    return false;
}

bool isKnownMethod(std::string_view method) {
    constexpr std::array known = {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"};
    return std::find(known.begin(), known.end(), method) != known.end();
}

// What a handler must never see is refused here.
Route toHandler(const Request& request, const Limits& limits, Probe probe, bool wantsFresh) {
    if (!isKnownMethod(request.method)) return refuse(501);
    if (request.encodedWord) return refuse(400);
    if (request.bodySize > limits.bodyBytes) return refuse(413);
    if (request.expects) return refuse(417);
    return {Route::Kind::Handler, probe, wantsFresh, 0};
}

Route toProbe(const Request& request, const Limits& limits, Probe probe) {
    const Method method = methodOf(request);
    const bool wantsFresh = probe == Probe::Ready;
    if (method == Method::Other) return refuse(405);
    if (request.bodySize > 0) return refuse(413);
    if (request.otherForm || hasOption(request.query)) return toHandler(request, limits, probe, wantsFresh);
    return {Route::Kind::Probe, probe, wantsFresh, 0};
}

} // namespace

Method methodOf(const Request& request) {
    if (request.method == "GET") return Method::Get;
    if (request.method == "HEAD") return Method::Head;
    return request.method == "OPTIONS" ? Method::Options : Method::Other;
}

Route route(const Request& request, const FrontSettings& settings, const Limits& limits, const Routed& routed) {
    const std::string_view path = request.path;
    if (path == "*") return {Route::Kind::AllowedMethods, Probe::Live, false, 0};
    if (const auto probe = probeAt(path, settings)) return toProbe(request, limits, *probe);
    if (path.size() > singleCheckPrefix.size() && path.substr(0, singleCheckPrefix.size()) == singleCheckPrefix) {
        if (methodOf(request) == Method::Other) return refuse(405);
        return toHandler(request, limits, Probe::Ready, true);
    }
    return routed && routed(path) ? toHandler(request, limits, Probe::Live, false) : refuse(404);
}

Route routeToAdmin(const Request& request, const Limits& limits) {
    return toHandler(request, limits, Probe::Live, false);
}

} // namespace probehost
