// Frames from a worker process that is not to be trusted: refused with FrameBroken, or read; and what was read survives
// being written and read again.
#include "fuzz_input.hpp"
#include "isolation/frame.hpp"
#include "isolation/payloads.hpp"

using namespace probehost;

namespace {

// Written anew; the first time may tidy up, such as the order of settings.
template <typename Payload>
std::string written(const FrameReader& frame, const Payload& payload) {
    FrameWriter writer(frame.type(), frame.check(), frame.run());
    write(writer, payload);
    return writer.bytes();
}

template <typename Read>
void readTwice(std::string_view bytes, Read read) {
    FrameReader frame(bytes);
    const auto once = written(frame, read(frame));
    FrameReader again(once);
    fuzz::require(written(again, read(again)) == once, "what was read is written and read the same again");
}

void readPlainFields(std::string_view bytes) {
    FrameReader log(bytes);
    log.byte();
    log.text();
    FrameReader said(bytes);
    said.number();
    said.number();
    said.end();
}

void readAs(FrameType type, std::string_view bytes) {
    switch (type) {
        case FrameType::Create:
            return readTwice(bytes, readSettings);
        case FrameType::Run:
            return readTwice(bytes, readRequest);
        case FrameType::Loaded:
            return readTwice(bytes, [](FrameReader& frame) { return readDescription(frame, "plugin.so"); });
        case FrameType::Finished:
            return readTwice(bytes, readResult);
        default:
            return readPlainFields(bytes);
    }
}

} // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const auto bytes = fuzz::bytesOf(data, size);
    try {
        readAs(FrameReader(bytes).type(), bytes);
    } catch (const FrameBroken&) {
        return 0;
    }
    return 0;
}
