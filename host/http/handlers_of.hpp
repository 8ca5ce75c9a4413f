// Makes a handler of one class for every request.
#pragma once

#include <Poco/Net/HTTPRequestHandlerFactory.h>

#include "http/health_source.hpp"

namespace probehost {

// `source` outlives this.
template <typename Handler>
class HandlersOf final : public Poco::Net::HTTPRequestHandlerFactory {
  public:
    explicit HandlersOf(HealthSource& source) : source_(source) {}

    Poco::Net::HTTPRequestHandler* createRequestHandler(const Poco::Net::HTTPServerRequest&) override {
        return new Handler(source_); // Poco takes it over
    }

  private:
    HealthSource& source_;
};

} // namespace probehost
