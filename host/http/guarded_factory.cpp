// Poco answers a throwing handler with an empty body, or cuts its answer short; strangers get neither.
#include "http/guarded_factory.hpp"

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>

#include <memory>

namespace probehost {
namespace {

class GuardedHandler : public Poco::Net::HTTPRequestHandler {
  public:
    GuardedHandler(std::unique_ptr<Poco::Net::HTTPRequestHandler> handler, int& failure)
        : handler_(std::move(handler)), failure_(failure) {}

    void handleRequest(Poco::Net::HTTPServerRequest& request, Poco::Net::HTTPServerResponse& response) override {
        if (!handler_) return;
        try {
            handler_->handleRequest(request, response);
        } catch (const std::exception&) {
            failure_ = 500;
        }
    }

  private:
    const std::unique_ptr<Poco::Net::HTTPRequestHandler> handler_;
    int& failure_;
};

} // namespace

Poco::Net::HTTPRequestHandler* GuardedFactory::createRequestHandler(const Poco::Net::HTTPServerRequest& request) {
    std::unique_ptr<Poco::Net::HTTPRequestHandler> handler;
    try {
        handler.reset(handlers_.createRequestHandler(request));
        if (!handler) failure_ = 404;
    } catch (const std::exception&) {
        failure_ = 500;
    }
    return std::make_unique<GuardedHandler>(std::move(handler), failure_).release();
}

} // namespace probehost
