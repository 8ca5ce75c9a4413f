// A pair of links to one node: requests go out on the one, their answers come in on the other.
#pragma once

#include <optional>
#include <probehost/checker.hpp>
#include <string>

#include "servicebus/amqp_connection.hpp"
#include "servicebus/answer.hpp"
#include "servicebus/request.hpp"

namespace probehost::servicebus {

// Lives inside the life of its connection, which owns the links. One request at a time.
class RequestLink {
  public:
    // Attaches both; the bytes flow with the first call().
    RequestLink(AmqpConnection& connection, const std::string& address);

    // Sends the request and waits for the answer to it; others are settled and dropped.
    Answer call(Request request, const sdk::Deadline& deadline);

  private:
    void address(pn_message_t* request, const std::string& id) const;
    std::optional<Answer> answerTo(const std::string& id);
    bool collect(pn_delivery_t* delivery);
    Answer take(pn_delivery_t* delivery);

    AmqpConnection& connection_;
    std::string reply_to_;
    pn_link_t* sender_;
    pn_link_t* receiver_;
    std::string head_; // of the answer that is coming in
    size_t length_ = 0;
};

} // namespace probehost::servicebus
