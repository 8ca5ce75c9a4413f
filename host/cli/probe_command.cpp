// probehost probe: asks a running host, for exec probes and container health checks.
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/NetException.h>
#include <Poco/URI.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <iostream>
#include <map>

#include "cli/commands.hpp"
#include "cli/service_url.hpp"
#include "cli/terminal.hpp"

namespace probehost::cli {

namespace {

constexpr std::streamsize longestBody = 10 * 1024;

// Whatever hangs - a name server, a silent peer - the command is over in time.
void endAfter(int milliseconds) {
    std::signal(SIGALRM, [](int) {
        static constexpr char text[] = "probehost probe: no answer in time\n";
        if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0) _exit(Unhealthy);
        _exit(Unhealthy);
    });
    const itimerval timer = {{0, 0}, {milliseconds / 1000, milliseconds % 1000 * 1000}};
    setitimer(ITIMER_REAL, &timer, nullptr);
}

std::string pathOf(const ProbeOptions& options, const Poco::URI& uri) {
    static const std::map<std::string, std::string> paths = {
        {"live", "/health"}, {"ready", "/health/ready"}, {"started", "/health/started"}};
    const bool whole = !uri.getPath().empty() && uri.getPath() != "/";
    return whole ? uri.getPathAndQuery() : paths.at(options.probe);
}

// What of a URL anybody may read: no login, and no query, which may hold a token.
std::string shown(Poco::URI uri) {
    uri.setUserInfo("");
    uri.setRawQuery("");
    uri.setFragment("");
    return printable(uri.toString());
}

std::string bodyOf(std::istream& stream, const Poco::Net::HTTPResponse& response) {
    std::string body(static_cast<size_t>(longestBody), '\0');
    stream.read(body.data(), longestBody);
    body.resize(static_cast<size_t>(stream.gcount()));
    const auto promised = std::min<Poco::Int64>(response.getContentLength64(), longestBody);
    if (stream.bad() || static_cast<Poco::Int64>(body.size()) < promised)
        throw Poco::Net::NetException("it ended before all of it had come");
    return body;
}

// A host says why it is not ready in its body; whoever else answers may say nothing.
void print(const std::string& body, int status) {
    if (!body.empty()) std::cout << printable(body) << '\n';
    const bool explained = status == 200 || (status == 503 && !body.empty());
    if (!explained) std::cerr << "probehost probe: HTTP " << status << '\n';
}

int ask(const ProbeOptions& options, const Poco::URI& uri) {
    Poco::Net::HTTPClientSession session(uri.getHost(), uri.getPort());
    Poco::Net::HTTPRequest request("GET", pathOf(options, uri), "HTTP/1.1");
    request.set("User-Agent", "probehost-probe/" PROBEHOST_VERSION);
    session.sendRequest(request);
    Poco::Net::HTTPResponse response;
    auto& stream = session.receiveResponse(response);
    print(bodyOf(stream, response), response.getStatus());
    return response.getStatus() == Poco::Net::HTTPResponse::HTTP_OK ? Ok : Unhealthy;
}

} // namespace

int probe(const ProbeOptions& options) {
    endAfter(options.timeoutMs);
    const auto url = serviceUrl(options.url);
    if (!url) {
        std::cerr << "probehost probe: --url takes http://HOST:PORT\n";
        return UsageError;
    }
    try {
        return ask(options, *url);
    } catch (const Poco::Exception& failure) {
        std::cerr << "probehost probe: no answer from " << shown(*url) << ": " << failure.displayText() << '\n';
        return Unhealthy;
    }
}

} // namespace probehost::cli
