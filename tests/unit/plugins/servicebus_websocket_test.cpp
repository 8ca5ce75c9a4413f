// WebSocket frames as a client writes and reads them.
#include <catch2/catch.hpp>

#include "servicebus/failure.hpp"
#include "servicebus/websocket_frame.hpp"

using namespace probehost::servicebus;

namespace {

std::string bytes(std::initializer_list<int> values) {
    std::string text;
    for (const int value : values) text += static_cast<char>(value);
    return text;
}

} // namespace

TEST_CASE("a client's frame is final and masked", "[servicebus]") {
    // The masked "Hello" of RFC 6455, 5.7, as a binary frame.
    CHECK(clientFrame(Opcode::Binary, "Hello", bytes({0x37, 0xfa, 0x21, 0x3d})) ==
          bytes({0x82, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58}));
}

TEST_CASE("a frame's length takes the shortest of its three forms", "[servicebus]") {
    const auto [length, head] = GENERATE(table<size_t, std::string>({
        {0, bytes({0x82, 0x80})},
        {125, bytes({0x82, 0xfd})},
        {126, bytes({0x82, 0xfe, 0, 126})},
        {65535, bytes({0x82, 0xfe, 0xff, 0xff})},
        {65536, bytes({0x82, 0xff, 0, 0, 0, 0, 0, 1, 0, 0})},
    }));
    const auto frame = clientFrame(Opcode::Binary, std::string(length, 'x'), "abcd");
    CHECK(frame.substr(0, head.size()) == head);
    CHECK(frame.size() == head.size() + 4 + length);
}

TEST_CASE("the accept key is that of RFC 6455", "[servicebus]") {
    CHECK(acceptFor("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST_CASE("data comes out however the bytes are cut, pings between them whole", "[servicebus]") {
    const auto cut = GENERATE(1u, 2u, 3u, 7u, 1000u);
    const std::string long_text(300, 'y');
    const auto wire = bytes({0x82, 5}) + "Hello" + bytes({0x89, 2}) + "hi" + bytes({0x02, 1}) + "a" + bytes({0x80, 1}) +
                      "b" + bytes({0x82, 0}) + bytes({0x82, 126, 1, 44}) + long_text + bytes({0x88, 2, 3, 0xe8});
    FrameReader reader;
    std::string data, pings, closes;
    for (size_t start = 0; start < wire.size(); start += cut) {
        reader.feed(std::string_view(wire).substr(start, cut));
        while (const auto piece = reader.next()) {
            auto& place = piece->opcode == Opcode::Ping ? pings : piece->opcode == Opcode::Close ? closes : data;
            place += piece->payload;
        }
    }
    CHECK(data == "Helloab" + long_text);
    CHECK(pings == "hi");
    CHECK(closes == bytes({3, 0xe8}));
}

TEST_CASE("an empty ping is a ping", "[servicebus]") {
    FrameReader reader;
    reader.feed(bytes({0x89, 0}));
    const auto piece = reader.next();
    REQUIRE(piece);
    CHECK(piece->opcode == Opcode::Ping);
    CHECK_FALSE(reader.next());
}

TEST_CASE("a peer that breaks the protocol is found out by its frame's head", "[servicebus]") {
    const auto head = GENERATE(bytes({0x81, 1}), bytes({0x83, 1}), bytes({0xc2, 1}), bytes({0x82, 0x81}),
                               bytes({0x09, 1}), bytes({0x89, 126, 0, 126}), bytes({0x8b, 0}),
                               bytes({0x82, 127, 0x80, 0, 0, 0, 0, 0, 0, 0}), std::string("HTTP/1.1 400 Bad"));
    FrameReader reader;
    reader.feed(head);
    CHECK_THROWS_AS(reader.next(), Failure);
}
