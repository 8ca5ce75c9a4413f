#include "cli/startup_watch.hpp"

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <unistd.h>

#include <iostream>
#include <thread>

#include "config/duration.hpp"

namespace probehost::cli {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds pause{100};

// Whoever does not answer has not started.
bool hasStarted(const Poco::URI& service) {
    try {
        Poco::Net::HTTPClientSession session(service.getHost(), service.getPort());
        session.setTimeout(Poco::Timespan(1, 0));
        Poco::Net::HTTPRequest request("GET", "/health/started", "HTTP/1.1");
        session.sendRequest(request);
        Poco::Net::HTTPResponse response;
        session.receiveResponse(response);
        return response.getStatus() == Poco::Net::HTTPResponse::HTTP_OK;
    } catch (const Poco::Exception&) {
        return false;
    }
}

void show(milliseconds passed) {
    if (isatty(STDERR_FILENO) == 0) return;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(passed);
    std::cerr << "\r\033[Knot started after " << durationText(seconds) << std::flush;
}

void clearLine() {
    if (isatty(STDERR_FILENO) != 0) std::cerr << "\r\033[K" << std::flush;
}

} // namespace

milliseconds watchStartup(const Poco::URI& service, milliseconds longest) {
    if (hasStarted(service))
        throw StartUnseen("the service has started already; restart it, and measure while it starts");
    const auto began = steady_clock::now();
    const auto passed = [began] { return std::chrono::ceil<milliseconds>(steady_clock::now() - began); };
    while (!hasStarted(service)) {
        if (passed() > longest) {
            clearLine();
            throw StartUnseen("the service did not say within " + durationText(longest) + " that it has started");
        }
        show(passed());
        std::this_thread::sleep_for(pause);
    }
    clearLine();
    return passed();
}

} // namespace probehost::cli
