// Intrusive links: moving a connection between lists allocates nothing.
#include "http/connection.hpp"

namespace probehost {

void ConnectionList::add(Connection& connection, std::chrono::steady_clock::time_point deadline) {
    Connection* before = last_;
    while (before != nullptr && before->deadline > deadline) before = before->previous;
    Connection* after = before == nullptr ? first_ : before->next;
    connection.list = this;
    connection.deadline = deadline;
    connection.previous = before;
    connection.next = after;
    (before == nullptr ? first_ : before->next) = &connection;
    (after == nullptr ? last_ : after->previous) = &connection;
    ++size_;
}

void ConnectionList::remove(Connection& connection) {
    (connection.previous == nullptr ? first_ : connection.previous->next) = connection.next;
    (connection.next == nullptr ? last_ : connection.next->previous) = connection.previous;
    connection.list = nullptr;
    --size_;
}

std::chrono::steady_clock::time_point ConnectionList::latest() const {
    return last_ == nullptr ? std::chrono::steady_clock::time_point::min() : last_->deadline;
}

} // namespace probehost
