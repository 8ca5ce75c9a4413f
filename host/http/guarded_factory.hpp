// Stands between Poco's connection and our handlers, so that whatever a handler throws becomes a clean error answer.
#pragma once

#include <Poco/Net/HTTPRequestHandlerFactory.h>

namespace probehost {

// One per request. failure() is the status of the answer to give instead of what the handler wrote, or 0.
class GuardedFactory : public Poco::Net::HTTPRequestHandlerFactory {
  public:
    GuardedFactory(Poco::Net::HTTPRequestHandlerFactory& handlers, int& failure)
        : handlers_(handlers), failure_(failure) {}

    Poco::Net::HTTPRequestHandler* createRequestHandler(const Poco::Net::HTTPServerRequest& request) override;

  private:
    Poco::Net::HTTPRequestHandlerFactory& handlers_;
    int& failure_;
};

} // namespace probehost
