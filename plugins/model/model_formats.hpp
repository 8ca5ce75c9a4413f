// What each format of model files demands of its bytes.
#pragma once

#include <cstdint>
#include <string>

#include "file_reader.hpp"
#include "model_file.hpp"

namespace probehost {

constexpr uint64_t kLongestSafetensorsHeader = 100000000; // the format's own limit

// Each reads a file from its start, throws DamagedFile, and says what it found. None holds more than a few KiB of it.
std::string verifyGguf(FileReader& file);
std::string verifySafetensors(FileReader& file);
std::string verifyOnnx(FileReader& file);

inline std::string describeModel(ModelFormat format, FileReader& file) {
    switch (format) {
        case ModelFormat::Gguf:
            return verifyGguf(file);
        case ModelFormat::Safetensors:
            return verifySafetensors(file);
        case ModelFormat::Onnx:
            return verifyOnnx(file);
        case ModelFormat::Other:
            break;
    }
    return "a file of another format";
}

} // namespace probehost
