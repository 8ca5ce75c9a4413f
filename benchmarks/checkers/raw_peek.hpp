// Service Bus through Proton alone: one kept connection on a blocking socket, a token once, then peek after peek.
#pragma once

#include <proton/connection_driver.h>
#include <proton/message.h>

#include <functional>
#include <string>

namespace benchmarks {

class RawPeek {
  public:
    // Connects to this port of 127.0.0.1 and puts the token, of a shared access signature; throws std::runtime_error.
    RawPeek(int port, const std::string& queue, const std::string& token);
    ~RawPeek();
    RawPeek(const RawPeek&) = delete;
    RawPeek& operator=(const RawPeek&) = delete;

    void peek();

  private:
    struct Links {
        pn_link_t* sender;
        pn_link_t* receiver;
    };

    Links attach(const std::string& node);
    void call(const Links& links, pn_message_t* request);
    void putToken(const std::string& queue, const std::string& token);
    bool answered(pn_link_t* receiver);
    void runUntil(const std::function<bool()>& done);
    void write();
    void read();

    int socket_;
    pn_connection_driver_t driver_{};
    pn_session_t* session_ = nullptr;
    Links management_{};
};

} // namespace benchmarks
