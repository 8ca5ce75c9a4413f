// A client that sends exactly the bytes it is told to, and reads answers with a deadline.
#pragma once

#include <chrono>
#include <map>
#include <string>

#include "http/file_descriptor.hpp"

namespace probehost::test {

inline constexpr std::chrono::milliseconds patience{5000};

struct Answer {
    int status = 0; // 0: the connection ended without one
    std::map<std::string, std::string> fields;
    std::string body;
    std::string head;

    bool has(const std::string& field) const { return fields.count(field) != 0; }
};

class Client {
  public:
    Client(); // a socket that is not connected yet
    explicit Client(uint16_t port, const std::string& host = "127.0.0.1");
    static Client toUnix(const std::string& path);

    void connect(uint16_t port, const std::string& host = "127.0.0.1");
    Client& send(const std::string& bytes);
    void closeSending();

    // One answer. Bodiless ones (to HEAD) end with their head.
    Answer receive(bool hasBody = true, std::chrono::milliseconds timeout = patience);
    Answer ask(const std::string& bytes, bool hasBody = true) { return send(bytes).receive(hasBody); }
    Answer get(const std::string& target, const std::string& fields = "");

    // Everything until the other side closes; what is still coming at the timeout is left.
    std::string receiveAll(std::chrono::milliseconds timeout = patience);
    bool isClosedWithin(std::chrono::milliseconds timeout);
    bool hasAnswerWithin(std::chrono::milliseconds timeout);
    int fd() const { return fd_.get(); }

  private:
    explicit Client(FileDescriptor fd) : fd_(std::move(fd)) {}
    bool fill(std::chrono::steady_clock::time_point deadline);

    FileDescriptor fd_;
    std::string buffer_;
};

std::string request(const std::string& target, const std::string& fields = "", const std::string& method = "GET");

// The status codes of all answers in a stream of bytes, in order, such as "200 404".
std::string statuses(const std::string& stream);

} // namespace probehost::test
