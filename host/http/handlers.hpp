// The requests that are not a probe in its default form, as Poco request handlers.
#pragma once

#include <Poco/Net/HTTPRequestHandlerFactory.h>

#include "http/health_source.hpp"

namespace probehost {

// Probes with options: ?verbose, ?exclude=NAME, /health/ready/NAME, text/plain, application/health+json.
Poco::Net::HTTPRequestHandlerFactory::Ptr probeHandlers(HealthSource& source);

// The admin socket: GET and PUT /admin/state/KEY, POST /admin/reload.
Poco::Net::HTTPRequestHandlerFactory::Ptr adminHandlers(HealthSource& source);

} // namespace probehost
