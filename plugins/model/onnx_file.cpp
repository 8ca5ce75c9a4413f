// ONNX: one protobuf message whose fields must end exactly where the file ends, a version, a graph and an operator set
// among them.
#include "model_formats.hpp"

namespace probehost {
namespace {

enum : uint64_t { kIrVersion = 1, kGraph = 7, kOpsetImport = 8 };
enum : uint64_t { kVarint = 0, kFixed64 = 1, kLength = 2, kFixed32 = 5 };

constexpr uint64_t kFirstWithOpset = 3;

[[noreturn]] void damagedOnnx(const std::string& what) { throw DamagedFile("ONNX: " + what); }

uint64_t readVarint(FileReader& file) {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const auto byte = file.byte();
        value |= uint64_t{byte & 0x7fU} << shift;
        if (byte < 0x80) return value;
    }
    damagedOnnx("a number that does not end");
}

struct Field {
    uint64_t number;
    uint64_t type;
    uint64_t value; // a varint's own; else how many bytes were skipped
};

uint64_t skipped(FileReader& file, uint64_t bytes) {
    if (bytes > file.left()) damagedOnnx("truncated: " + std::to_string(bytes - file.left()) + " bytes are missing");
    file.skip(bytes);
    return bytes;
}

uint64_t readContent(FileReader& file, uint64_t type) {
    switch (type) {
        case kVarint:
            return readVarint(file);
        case kFixed64:
            return skipped(file, 8);
        case kLength:
            return skipped(file, readVarint(file));
        case kFixed32:
            return skipped(file, 4);
        default:
            damagedOnnx("it is no protobuf message");
    }
}

Field readField(FileReader& file) {
    const auto tag = readVarint(file);
    return {tag >> 3, tag & 7, readContent(file, tag & 7)};
}

} // namespace

std::string verifyOnnx(FileReader& file) {
    uint64_t version = 0;
    bool graph = false;
    bool opset = false;
    while (file.left() > 0) {
        const auto [number, type, value] = readField(file);
        if (number == 0) damagedOnnx("it is no protobuf message");
        if (number == kIrVersion && type == kVarint) version = value;
        graph = graph || (number == kGraph && type == kLength && value > 0);
        opset = opset || (number == kOpsetImport && type == kLength);
    }
    if (version == 0) damagedOnnx("it has no ir_version");
    if (!graph) damagedOnnx("it has no graph, or is truncated");
    if (!opset && version >= kFirstWithOpset) damagedOnnx("it imports no operator set, or is truncated");
    return "ONNX of ir_version " + std::to_string(version);
}

} // namespace probehost
