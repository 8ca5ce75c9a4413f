// Model files of every format: described, or said to be damaged.
#include "model/model_file.hpp"
#include "fuzz_input.hpp"
#include "model/model_formats.hpp"

using namespace probehost;

namespace {

template <typename Verify>
void verified(Verify verify) {
    try {
        fuzz::require(!verify().empty(), "what is whole is described");
    } catch (const DamagedFile& damaged) {
        fuzz::require(*damaged.what() != '\0', "what is damaged is said");
    }
}

} // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const fuzz::MemoryFile file(fuzz::bytesOf(data, size));
    verified([&] { return ModelFile(file.path()).verify(-1); });
    for (const auto format : {ModelFormat::Gguf, ModelFormat::Safetensors, ModelFormat::Onnx}) {
        verified([&] {
            FileReader reader(file.fd(), size, -1);
            return describeModel(format, reader);
        });
    }
    return 0;
}
