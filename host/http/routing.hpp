// Decides who answers a request: the front from ready bytes, a handler behind it, or nobody.
#pragma once

#include <functional>
#include <string_view>

#include "http/front_settings.hpp"
#include "http/http_parser.hpp"
#include "http/rendered_answers.hpp"

namespace probehost {

struct Route {
    enum class Kind : uint8_t { Probe, Handler, AllowedMethods, Refuse };

    Kind kind = Kind::Refuse;
    Probe probe = Probe::Live;
    bool wantsFresh = false; // readiness is asked: fresh results are worth a wait
    int status = 404;        // of the refusal
};

// Says whether a path outside the probes has a handler. Called on the front's thread for each such request.
using Routed = std::function<bool(std::string_view path)>;

Method methodOf(const Request& request);
Route route(const Request& request, const FrontSettings& settings, const Limits& limits, const Routed& routed);
Route routeToAdmin(const Request& request, const Limits& limits);

} // namespace probehost
