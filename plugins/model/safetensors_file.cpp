// safetensors: the length of a JSON header, the header, and data that ends where the header says and the file ends.
#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "model_formats.hpp"

namespace probehost {
namespace {

using nlohmann::json;

constexpr size_t kDeepest = 8;

[[noreturn]] void damagedSafetensors(const std::string& what) { throw DamagedFile("safetensors: " + what); }

// Feeds the parser from the file, so that a header of 100 MB needs no memory.
class HeaderIterator {
  public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = char;

    HeaderIterator(FileReader& file, uint64_t end) : file_(&file), end_(end) {}
    char operator*() const { return file_->peek(1).front(); }
    HeaderIterator& operator++() {
        file_->skip(1);
        return *this;
    }
    // Only ever compared with the end, which is where the reader will be.
    bool operator==(const HeaderIterator&) const { return file_->position() >= end_; }
    bool operator!=(const HeaderIterator& other) const { return !(*this == other); }

  private:
    FileReader* file_;
    uint64_t end_;
};

// Collects where the data of all tensors ends: {"NAME": {"data_offsets": [begin, end]}}.
class Offsets : public nlohmann::json_sax<json> {
  public:
    uint64_t end() const { return end_; }
    uint64_t tensors() const { return tensors_; }

    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(number_integer_t) override { return !in_offsets_; }
    bool number_float(number_float_t, const string_t&) override { return !in_offsets_; }
    bool string(string_t&) override { return true; }
    bool binary(binary_t&) override { return true; }

    bool number_unsigned(number_unsigned_t number) override {
        if (!in_offsets_) return true;
        const bool ordered = ++seen_ == 1 || number >= last_;
        last_ = number;
        end_ = std::max(end_, number);
        return ordered && seen_ <= 2;
    }
    bool key(string_t& name) override {
        if (depth_ == 1) is_tensor_ = name != "__metadata__";
        is_offsets_ = depth_ == 2 && is_tensor_ && name == "data_offsets";
        return true;
    }
    bool start_array(std::size_t) override {
        in_offsets_ = is_offsets_;
        seen_ = 0;
        return ++depth_ <= kDeepest;
    }
    bool end_array() override {
        --depth_;
        if (!in_offsets_) return true;
        in_offsets_ = is_offsets_ = false;
        ++tensors_;
        return seen_ == 2;
    }
    bool start_object(std::size_t) override { return !in_offsets_ && ++depth_ <= kDeepest; }
    bool end_object() override {
        --depth_;
        return true;
    }
    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

  private:
    size_t depth_ = 0;
    bool is_tensor_ = false;
    bool is_offsets_ = false;
    bool in_offsets_ = false;
    int seen_ = 0;
    uint64_t last_ = 0;
    uint64_t end_ = 0;
    uint64_t tensors_ = 0;
};

} // namespace

std::string verifySafetensors(FileReader& file) {
    const auto length = file.number(8);
    if (length > kLongestSafetensorsHeader) damagedSafetensors("it does not begin with the length of a header");
    if (length > file.left()) damagedSafetensors("truncated in its header");
    if (length < 2 || file.peek(1) != "{") damagedSafetensors("its header is no JSON object");
    const auto data_start = file.position() + length;
    const HeaderIterator begin(file, data_start);
    Offsets offsets;
    if (!json::sax_parse(begin, begin, &offsets)) damagedSafetensors("its header is not valid");
    const auto data = file.size() - data_start;
    if (offsets.end() > data)
        damagedSafetensors("truncated: " + std::to_string(offsets.end() - data) + " bytes are missing");
    if (offsets.end() < data)
        damagedSafetensors(std::to_string(data - offsets.end()) + " bytes more than its header says");
    return "safetensors with " + std::to_string(offsets.tensors()) + " tensors";
}

} // namespace probehost
