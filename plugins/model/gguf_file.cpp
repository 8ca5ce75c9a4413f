// GGUF: a header, keys with values, a list of tensors, and their data, all sizes of which have to fit the file.
#include <algorithm>
#include <array>
#include <optional>

#include "model_formats.hpp"

namespace probehost {
namespace {

constexpr uint64_t kLongestKey = 65535;
constexpr uint64_t kMostDimensions = 8;
constexpr int kDeepestArray = 4;
constexpr uint64_t kSmallestEntry = 13;  // an empty key, a type, a value of one byte
constexpr uint64_t kSmallestTensor = 24; // an empty name, no dimension, type and offset
enum : uint64_t { kTypeUint32 = 4, kTypeString = 8, kTypeArray = 9 };

[[noreturn]] void damagedGguf(const std::string& what) { throw DamagedFile("GGUF: " + what); }

// Bytes of a value of each type, 0 for strings and arrays.
constexpr std::array<uint8_t, 13> kValueSizes = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

// How many numbers of a tensor's type share a block, and its bytes, as ggml numbers the types.
struct Block {
    uint64_t type, numbers, bytes;
};
constexpr std::array kBlocks = {
    Block{0, 1, 4},      Block{1, 1, 2},      Block{2, 32, 18},    Block{3, 32, 20},    Block{6, 32, 22},
    Block{7, 32, 24},    Block{8, 32, 34},    Block{9, 32, 36},    Block{10, 256, 84},  Block{11, 256, 110},
    Block{12, 256, 144}, Block{13, 256, 176}, Block{14, 256, 210}, Block{15, 256, 292}, Block{16, 256, 66},
    Block{17, 256, 74},  Block{18, 256, 98},  Block{19, 256, 50},  Block{20, 32, 18},   Block{21, 256, 110},
    Block{22, 256, 82},  Block{23, 256, 136}, Block{24, 1, 1},     Block{25, 1, 2},     Block{26, 1, 4},
    Block{27, 1, 8},     Block{28, 1, 8},     Block{29, 256, 56},  Block{30, 1, 2},     Block{34, 256, 54},
    Block{35, 256, 66},  Block{39, 32, 17},
};

std::string readName(FileReader& file) {
    const auto length = file.number(8);
    if (length > kLongestKey) damagedGguf("a name of " + std::to_string(length) + " bytes");
    std::string name;
    while (name.size() < length) {
        const auto part = file.peek(std::min<size_t>(length - name.size(), FileReader::kLongestPeek));
        name += part;
        file.skip(part.size());
    }
    return name;
}

void skipString(FileReader& file) { file.skip(file.number(8)); }

void skipArray(FileReader& file, int depth);

void skipValue(FileReader& file, uint64_t type, int depth) {
    if (type == kTypeString) return skipString(file);
    if (type == kTypeArray) return skipArray(file, depth + 1);
    if (type >= kValueSizes.size()) damagedGguf("a value of unknown type " + std::to_string(type));
    file.skip(kValueSizes[type]);
}

void skipArray(FileReader& file, int depth) {
    if (depth > kDeepestArray) damagedGguf("arrays nested too deep");
    const auto type = file.number(4);
    const auto count = file.number(8);
    if (count > file.left()) damagedGguf("an array longer than the file");
    const bool fixed = type < kValueSizes.size() && kValueSizes[type] != 0;
    if (fixed) return file.skip(count * kValueSizes[type]);
    for (uint64_t index = 0; index < count; ++index) skipValue(file, type, depth);
}

// The alignment of the data, if this entry sets it.
std::optional<uint64_t> readEntry(FileReader& file) {
    const auto key = readName(file);
    const auto type = file.number(4);
    if (key == "general.alignment" && type == kTypeUint32) return file.number(4);
    skipValue(file, type, 0);
    return std::nullopt;
}

uint64_t multiplied(uint64_t a, uint64_t b) {
    uint64_t product = 0;
    if (__builtin_mul_overflow(a, b, &product)) damagedGguf("a tensor larger than any file");
    return product;
}

// A type that is newer than this list counts as one byte: its start is still known to be in the file.
uint64_t bytesOf(uint64_t type, uint64_t numbers) {
    const auto* block = std::find_if(kBlocks.begin(), kBlocks.end(), [type](auto& one) { return one.type == type; });
    if (block == kBlocks.end()) return 1;
    return multiplied(numbers / block->numbers, block->bytes);
}

// Where the tensor's data ends, counted from where all data starts.
uint64_t readTensor(FileReader& file) {
    readName(file);
    const auto dimensions = file.number(4);
    if (dimensions > kMostDimensions) damagedGguf("a tensor of " + std::to_string(dimensions) + " dimensions");
    uint64_t numbers = 1;
    for (uint64_t index = 0; index < dimensions; ++index) numbers = multiplied(numbers, file.number(8));
    const auto type = file.number(4);
    const auto offset = file.number(8);
    uint64_t end = 0;
    if (__builtin_add_overflow(offset, bytesOf(type, numbers), &end))
        damagedGguf("a tensor beyond the end of any file");
    return end;
}

void readMagic(FileReader& file) {
    if (file.peek(4) != "GGUF") damagedGguf("it does not begin with GGUF");
    file.skip(4);
    const auto version = file.number(4);
    if ((version & 0xffff) == 0) damagedGguf("its numbers are big-endian, made for another kind of machine");
    if (version < 2 || version > 3) damagedGguf("version " + std::to_string(version) + ", not 2 or 3");
}

} // namespace

std::string verifyGguf(FileReader& file) {
    readMagic(file);
    const auto tensors = file.number(8);
    const auto entries = file.number(8);
    if (tensors > file.left() / kSmallestTensor || entries > file.left() / kSmallestEntry)
        damagedGguf("it counts more tensors or keys than it can hold, or is truncated");
    uint64_t alignment = 32;
    for (uint64_t index = 0; index < entries; ++index) alignment = readEntry(file).value_or(alignment);
    uint64_t end = 0;
    for (uint64_t index = 0; index < tensors; ++index) end = std::max(end, readTensor(file));
    if (alignment == 0) damagedGguf("an alignment of 0");
    const auto start = (file.position() + alignment - 1) / alignment * alignment;
    if (tensors > 0 && (start > file.size() || end > file.size() - start))
        damagedGguf("truncated: its tensors end beyond the end of the file");
    return "GGUF with " + std::to_string(tensors) + " tensors";
}

} // namespace probehost
