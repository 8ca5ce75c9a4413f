#include "servicebus/request_link.hpp"

#include <proton/delivery.h>
#include <proton/link.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "servicebus/failure.hpp"
#include "servicebus/identifiers.hpp"

namespace probehost::servicebus {
namespace {

// What matters comes before an answer's body, and the body can be a message of any size.
constexpr size_t kLongestHead = 65536;
constexpr size_t kLongestManagementAnswer = 1u << 20;

struct Settle {
    void operator()(pn_delivery_t* delivery) const { pn_delivery_settle(delivery); }
};
using Delivery = std::unique_ptr<pn_delivery_t, Settle>;

void verifyNotRejected(pn_delivery_t* sent) {
    const auto state = pn_delivery_remote_state(sent);
    if (state != PN_REJECTED && state != PN_RELEASED && state != PN_MODIFIED) return;
    auto* condition = pn_disposition_condition(pn_delivery_remote(sent));
    const auto* name = pn_condition_get_name(condition);
    const auto* description = pn_condition_get_description(condition);
    throw refusal(0, name == nullptr ? "" : name, description == nullptr ? "" : description);
}

} // namespace

RequestLink::RequestLink(AmqpConnection& connection, const std::string& address)
    : connection_(connection), reply_to_(freshId()) {
    receiver_ = pn_receiver(connection.session(), reply_to_.c_str());
    pn_terminus_set_address(pn_link_source(receiver_), address.c_str());
    pn_terminus_set_address(pn_link_target(receiver_), reply_to_.c_str());
    sender_ = pn_sender(connection.session(), freshId().c_str());
    pn_terminus_set_address(pn_link_target(sender_), address.c_str());
    pn_link_open(receiver_);
    pn_link_open(sender_);
    pn_link_flow(receiver_, 1);
}

void RequestLink::address(pn_message_t* request, const std::string& id) const {
    pn_atom_t text{};
    text.type = PN_STRING;
    text.u.as_bytes = pn_bytes(id.size(), id.data());
    pn_message_set_id(request, text);
    pn_message_set_reply_to(request, reply_to_.c_str());
}

Answer RequestLink::call(Request request, const sdk::Deadline& deadline) {
    const auto id = freshId();
    address(request.get(), id);
    connection_.runUntil([this] { return pn_link_credit(sender_) > 0; }, deadline);
    const Delivery sent(pn_delivery(sender_, pn_dtag(id.data(), id.size())));
    if (pn_message_send(request.get(), sender_, nullptr) < 0) throw unexpectedAnswer("a request could not be encoded");
    std::optional<Answer> answer;
    connection_.runUntil(
        [&] {
            verifyNotRejected(sent.get());
            answer = answerTo(id);
            return answer.has_value();
        },
        deadline);
    return *answer;
}

std::optional<Answer> RequestLink::answerTo(const std::string& id) {
    while (auto* delivery = pn_link_current(receiver_)) {
        if (!collect(delivery)) return std::nullopt;
        auto answer = take(delivery);
        if (answer.correlation_id == id) return answer;
        if (answer.cut) throw unexpectedAnswer("an answer to nothing, and a long one");
    }
    return std::nullopt;
}

// True when the answer is complete, or longer than anybody wants to read.
bool RequestLink::collect(pn_delivery_t* delivery) {
    char buffer[16384];
    for (ssize_t count = 0; (count = pn_link_recv(receiver_, buffer, sizeof buffer)) > 0;) {
        length_ += static_cast<size_t>(count);
        head_.append(buffer, std::min(static_cast<size_t>(count), kLongestHead - head_.size()));
    }
    return !pn_delivery_partial(delivery) || length_ > kLongestManagementAnswer;
}

// Settles a complete answer, and gives the service credit for the next.
Answer RequestLink::take(pn_delivery_t* delivery) {
    const bool cut = pn_delivery_partial(delivery);
    const auto head = std::exchange(head_, {});
    length_ = 0;
    if (!cut) {
        pn_delivery_update(delivery, PN_ACCEPTED);
        pn_delivery_settle(delivery);
        pn_link_flow(receiver_, 1);
    }
    auto answer = parseAnswer(head);
    answer.cut = cut;
    return answer;
}

} // namespace probehost::servicebus
