// Files of models: of which format they are, by content and by name, and that no byte of theirs can hurt.
#include "model/model_file.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <random>
#include <system_error>

using probehost::DamagedFile;
using probehost::ModelFile;
using probehost::ModelFormat;
using probehost::recogniseModel;
using namespace std::string_literals;

namespace {

// A file that goes when the test ends.
class TemporaryFile {
  public:
    explicit TemporaryFile(const std::string& ending) : path_("/tmp/probehost-model-XXXXXX" + ending) {
        close(mkstemps(path_.data(), static_cast<int>(ending.size())));
    }
    ~TemporaryFile() { unlink(path_.c_str()); }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    const std::string& path() const { return path_; }
    void write(const std::string& bytes) const { std::ofstream(path_, std::ios::binary | std::ios::trunc) << bytes; }

  private:
    std::string path_;
};

bool isWhole(const TemporaryFile& file) {
    try {
        ModelFile(file.path()).verify(-1);
        return true;
    } catch (const DamagedFile&) {
        return false;
    }
}

const std::string kSafetensors =
    "\x37\0\0\0\0\0\0\0"s + R"({"w":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}  )"s + "data";
const std::string kGguf = "GGUF\x03\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"s +
                          "\1\0\0\0\0\0\0\0w\1\0\0\0\4\0\0\0\0\0\0\0"s + "\x18\0\0\0\0\0\0\0\0\0\0\0"s +
                          std::string(64 - 57 + 4, '\0');
const std::string kOnnx = "\x08\x08\x3a\x02\x12\0\x42\x02\x10\x11"s;

} // namespace

TEST_CASE("model file: the content tells the format, the name where the content does not", "[plugins]") {
    const auto [bytes, path, format] = GENERATE(table<std::string, std::string, ModelFormat>({
        {kGguf, "model", ModelFormat::Gguf},
        {kSafetensors, "model.bin", ModelFormat::Safetensors},
        {kOnnx, "model", ModelFormat::Onnx},
        {kGguf, "model.onnx", ModelFormat::Gguf},
        {"", "model", ModelFormat::Other},
        {"GGU", "model", ModelFormat::Other},
        {"PK\3\4", "model.pt", ModelFormat::Other},
        {"\x08\x08 text", "model", ModelFormat::Other},
        {"nonsense", "MODEL.GGUF", ModelFormat::Gguf},
        {"nonsense", "model.Safetensors", ModelFormat::Safetensors},
        {"nonsense", "model.onnx", ModelFormat::Onnx},
        {"\xff\xff\xff\xff\xff\xff\xff\xff{", "model", ModelFormat::Other},
    }));
    INFO(path);
    CHECK(recogniseModel(bytes, path) == format);
}

TEST_CASE("model file: a whole one is whole, and one cut anywhere is not", "[plugins]") {
    const auto [ending, whole] =
        GENERATE(table<std::string, std::string>({{".safetensors", kSafetensors}, {".gguf", kGguf}, {".onnx", kOnnx}}));
    const TemporaryFile file(ending);
    file.write(whole);
    REQUIRE(isWhole(file));
    for (size_t count = 0; count < whole.size(); ++count) {
        file.write(whole.substr(0, count));
        INFO(ending << " of " << count << " bytes");
        CHECK_FALSE(isWhole(file));
    }
}

TEST_CASE("model file: whatever its bytes are, it is whole or damaged and nothing else", "[plugins]") {
    std::mt19937 random(20240517);
    for (const auto& [ending, whole] :
         {std::pair(".safetensors", kSafetensors), std::pair(".gguf", kGguf), std::pair(".onnx", kOnnx)}) {
        const TemporaryFile file(ending);
        for (int round = 0; round < 2000; ++round) {
            auto spoilt = whole;
            for (int change = 0; change < 1 + round % 4; ++change)
                spoilt[random() % spoilt.size()] = static_cast<char>(random());
            file.write(spoilt);
            CHECK_NOTHROW(isWhole(file));
        }
    }
}

TEST_CASE("model file: what cannot be opened or is no file is a system error", "[plugins]") {
    const auto path = GENERATE(as<std::string>(), "/nonexistent", "/tmp", "/dev/null");
    CHECK_THROWS_AS(ModelFile(path).verify(-1), std::system_error);
}
