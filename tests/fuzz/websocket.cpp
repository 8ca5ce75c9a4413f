// A WebSocket's upgrade and frames: the same data in whatever pieces they come, or an end in words.
#include "fuzz_stream.hpp"
#include "net/error.hpp"
#include "servicebus/failure.hpp"
#include "servicebus/websocket_stream.hpp"

using namespace probehost;
using fuzz::require;

namespace {

// Accepts the upgrade as a server has to, so that the input begins with the first frame.
class UpgradedStream : public fuzz::FuzzStream {
  public:
    using FuzzStream::FuzzStream;
    void writeAll(std::string_view bytes, const sdk::Deadline& deadline) override {
        FuzzStream::writeAll(bytes, deadline);
        const std::string_view name = "Sec-WebSocket-Key: ";
        const auto at = bytes.find(name);
        if (at == std::string_view::npos) return;
        const auto key = bytes.substr(at + name.size(), 24);
        sayFirst("HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: " + servicebus::acceptFor(key) +
                 "\r\n\r\n");
    }
};

// What was received, and how it ended.
template <typename Below>
std::string received(std::string_view said, size_t piece) {
    std::string data;
    try {
        const auto deadline = fuzz::soon();
        servicebus::WebSocketStream stream(std::make_unique<Below>(said, piece), "host", deadline);
        char buffer[512];
        while (const size_t count = stream.read(buffer, deadline)) data.append(buffer, count);
    } catch (const servicebus::Failure& failure) {
        return data + failure.message + failure.detail;
    } catch (const net::NetError& error) {
        return data + error.message + error.detail;
    }
    return data;
}

} // namespace

// A byte for the size of the pieces, and what the server says.
int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    fuzz::Parts parts(fuzz::bytesOf(data, size));
    const size_t piece = parts.byte();
    const auto whole = received<UpgradedStream>(parts.rest(), size + 1);
    require(whole == received<UpgradedStream>(parts.rest(), piece), "pieces and the whole say the same");
    received<fuzz::FuzzStream>(parts.rest(), piece);
    return 0;
}
