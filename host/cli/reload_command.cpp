// probehost reload: has a running host read its configuration anew, and says what came of it.
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/StreamSocket.h>

#include <iostream>

#include "cli/commands.hpp"
#include "cli/diagnostics_output.hpp"
#include "cli/terminal.hpp"
#include "server/assembly.hpp"

namespace probehost::cli {

namespace {

const Poco::Timespan longestReload(60, 0); // seconds; plugins are tried, for a few seconds each

std::string adminSocket(const ReloadOptions& options, Diagnostics& diagnostics) {
    if (!options.admin.empty()) return options.admin.starts_with("unix:") ? options.admin.substr(5) : options.admin;
    return loadSettings(options.config, diagnostics).admin.socket;
}

Poco::JSON::Object::Ptr post(const std::string& path) {
    Poco::Net::StreamSocket socket;
    socket.connect(Poco::Net::SocketAddress(Poco::Net::SocketAddress::UNIX_LOCAL, path));
    Poco::Net::HTTPClientSession session(socket);
    session.setTimeout(longestReload);
    Poco::Net::HTTPRequest request("POST", "/admin/reload", "HTTP/1.1");
    request.setHost("probehost");
    request.setContentLength(0);
    session.sendRequest(request);
    Poco::Net::HTTPResponse response;
    return Poco::JSON::Parser().parse(session.receiveResponse(response)).extract<Poco::JSON::Object::Ptr>();
}

int print(const Poco::JSON::Object& outcome) {
    if (outcome.has("error")) throw Poco::Net::NetException(outcome.getValue<std::string>("error"));
    const auto findings = outcome.getArray("findings");
    for (unsigned i = 0; i < findings->size(); i++)
        std::cerr << printable(findings->getElement<std::string>(i)) << '\n';
    const bool reloaded = outcome.getValue<bool>("reloaded");
    std::cout << (reloaded ? "reloaded\n" : "not reloaded: the configuration before stays in force\n");
    return written(reloaded ? Ok : Unhealthy, CannotWrite);
}

// Which socket is in force stands in a configuration that may not be the one that is read here.
int printNoAnswer(const std::string& socket, const std::string& failure, const Diagnostics& diagnostics) {
    const bool wrong = printErrors(diagnostics);
    std::cerr
        << "probehost reload: no answer at " << printable(socket) << ": " << failure
        << (wrong ? "; with these errors it is not known where probehost listens: mend them, or use --admin unix:PATH\n"
                  : "; is probehost running? When admin.listen was changed, name the former one: --admin unix:PATH\n");
    return Unhealthy;
}

} // namespace

int reload(const ReloadOptions& options) {
    Diagnostics diagnostics; // which a host that answers tells by itself
    const auto socket = adminSocket(options, diagnostics);
    try {
        return print(*post(socket));
    } catch (const Poco::Exception& failure) {
        return printNoAnswer(socket, failure.displayText(), diagnostics);
    }
}

} // namespace probehost::cli
