// A model's file: which one it is, of which format, and whether it is whole.
#include "model_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "file_reader.hpp"
#include "model_formats.hpp"
#include "readable_file.hpp"

namespace probehost {
namespace {

constexpr size_t kFirstBytes = 32;
constexpr std::string_view kGitLfs = "version https://git-lfs";

[[noreturn]] void systemFailure(int error) { throw std::system_error(error, std::generic_category()); }

int64_t nanoseconds(const timespec& time) { return int64_t{time.tv_sec} * 1000000000 + time.tv_nsec; }

bool hasExtension(const std::string& path, std::string_view ending) {
    return path.size() >= ending.size() &&
           std::equal(ending.rbegin(), ending.rend(), path.rbegin(),
                      [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b - 'A' + 'a' : b); });
}

bool startsAsSafetensors(std::string_view bytes) {
    return bytes.size() > 8 && bytes[8] == '{' && littleEndian(bytes.substr(0, 8)) <= kLongestSafetensorsHeader;
}

// ir_version, small, and then the tag of another field of a model: an order that every exporter keeps.
bool startsAsOnnx(std::string_view bytes) {
    constexpr std::string_view next_tags = "\x12\x1a\x22\x28\x32\x3a\x42\x72\xa2\xca";
    return bytes.size() > 2 && bytes[0] == '\x08' && bytes[1] > 0 && bytes[1] < 32 &&
           next_tags.find(bytes[2]) != std::string_view::npos;
}

} // namespace

FileIdentity::FileIdentity(const struct stat& status)
    : facts_(status.st_dev, status.st_ino, static_cast<uint64_t>(status.st_size), nanoseconds(status.st_mtim),
             nanoseconds(status.st_ctim)) {
    if (S_ISDIR(status.st_mode)) systemFailure(EISDIR);
    if (!S_ISREG(status.st_mode)) throw std::system_error(EINVAL, std::generic_category(), "not a regular file");
}

FileIdentity FileIdentity::of(const std::string& path) {
    struct stat status {};
    if (stat(path.c_str(), &status) != 0) systemFailure(errno);
    return FileIdentity(status);
}

FileIdentity FileIdentity::of(int fd) {
    struct stat status {};
    if (fstat(fd, &status) != 0) systemFailure(errno);
    return FileIdentity(status);
}

ModelFormat recogniseModel(std::string_view first_bytes, const std::string& path) {
    if (first_bytes.substr(0, 4) == "GGUF" || hasExtension(path, ".gguf")) return ModelFormat::Gguf;
    if (startsAsSafetensors(first_bytes) || hasExtension(path, ".safetensors")) return ModelFormat::Safetensors;
    if (startsAsOnnx(first_bytes) || hasExtension(path, ".onnx")) return ModelFormat::Onnx;
    return ModelFormat::Other;
}

// Opening a FIFO that took the file's place must not wait for a writer.
ModelFile::ModelFile(const std::string& path)
    : path_(path), fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {
    if (fd_ < 0) systemFailure(errno);
}

ModelFile::~ModelFile() { close(fd_); }

std::string ModelFile::verify(int stop_fd) const {
    const auto size = identity().size();
    if (size == 0) throw DamagedFile("it is empty");
    FileReader file(fd_, size, stop_fd);
    const auto first_bytes = file.peek(std::min<uint64_t>(size, kFirstBytes));
    if (first_bytes.substr(0, kGitLfs.size()) == kGitLfs)
        throw DamagedFile("it is a Git LFS pointer, not the model: run git lfs pull");
    auto found = describeModel(recogniseModel(first_bytes, path_), file);
    proveReadable(fd_, size, stop_fd);
    return found + ", " + std::to_string(size) + " bytes";
}

} // namespace probehost
