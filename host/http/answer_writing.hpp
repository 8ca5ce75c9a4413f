// How a handler answers, with the headers that every answer carries.
#pragma once

#include <Poco/Net/HTTPServerResponse.h>

#include <string>

namespace probehost {

struct Answer {
    int status = 200;
    std::string body;
    std::string contentType = "application/json";
};

inline void send(Poco::Net::HTTPServerResponse& response, const Answer& answer) {
    response.setStatusAndReason(static_cast<Poco::Net::HTTPResponse::HTTPStatus>(answer.status));
    response.set("Cache-Control", "no-store");
    response.setContentType(answer.contentType);
    response.sendBuffer(answer.body.data(), answer.body.size());
}

} // namespace probehost
