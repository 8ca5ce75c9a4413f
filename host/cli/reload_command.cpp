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
#include "cli/terminal.hpp"
#include "server/assembly.hpp"

namespace probehost::cli {

namespace {

const Poco::Timespan longestReload(60, 0); // seconds; plugins are tried, for a few seconds each

std::string adminSocket(const ReloadOptions& options) {
    if (!options.admin.empty()) return options.admin.starts_with("unix:") ? options.admin.substr(5) : options.admin;
    Diagnostics ignored; // which are the running host's to tell
    return loadSettings(options.config, ignored).admin.socket;
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

} // namespace

int reload(const ReloadOptions& options) {
    const auto socket = adminSocket(options);
    try {
        return print(*post(socket));
    } catch (const Poco::Exception& failure) {
        std::cerr << "probehost reload: no answer at " << printable(socket) << ": " << failure.displayText()
                  << "; is probehost running, with this configuration?\n";
        return Unhealthy;
    }
}

} // namespace probehost::cli
