// A stream socket over strings, so that Poco's HTTP server classes never touch a client.
#pragma once

#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocketImpl.h>

#include <string>

namespace probehost {

// A whole request on its way to a handler, and the whole answer on its way back.
struct Exchange {
    uint64_t owner = 0; // the connection that is owed the answer
    std::string head;
    std::string body;
    Poco::Net::SocketAddress client;
    Poco::Net::SocketAddress server;
    std::string answer;
};

// Reads the head and then the body, never both at once: Poco would take a body that its handler left unread for the
// next request. What is written is the answer. Nothing ever blocks.
class MemorySocket : public Poco::Net::StreamSocketImpl {
  public:
    explicit MemorySocket(Exchange& exchange);

    int receiveBytes(void* buffer, int length, int flags) override;
    int receiveBytes(Poco::Net::SocketBufVec& buffers, int flags) override;
    int sendBytes(const void* buffer, int length, int flags) override;
    int sendBytes(const Poco::Net::SocketBufVec& buffers, int flags) override;
    bool poll(const Poco::Timespan& timeout, int mode) override;
    int available() override;
    Poco::Net::SocketAddress address() override { return exchange_.server; }
    Poco::Net::SocketAddress peerAddress() override { return exchange_.client; }
    void close() override {}
    void shutdown() override {}
    void shutdownReceive() override {}
    void shutdownSend() override {}
    void setSendTimeout(const Poco::Timespan&) override {}
    void setReceiveTimeout(const Poco::Timespan&) override {}
    void setBlocking(bool) override {}
    bool getBlocking() const override { return true; }
    void setRawOption(int, int, const void*, poco_socklen_t) override {}

  protected:
    ~MemorySocket() override;

  private:
    Exchange& exchange_;
    std::size_t headRead_ = 0;
    std::size_t bodyRead_ = 0;
};

} // namespace probehost
