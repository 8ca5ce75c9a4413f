// A model's file: which one it is, of which format, and whether it is whole.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>

namespace probehost {

// What is wrong with a file's content, for operators.
struct DamagedFile : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Equal while nobody wrote to the file, exchanged it or changed its permissions.
class FileIdentity {
  public:
    static FileIdentity of(const std::string& path); // throws std::system_error
    static FileIdentity of(int fd);                  // throws std::system_error
    bool operator==(const FileIdentity& other) const { return facts_ == other.facts_; }

    uint64_t size() const { return std::get<2>(facts_); }

  private:
    explicit FileIdentity(const struct stat& status);
    std::tuple<uint64_t, uint64_t, uint64_t, int64_t, int64_t> facts_;
};

enum class ModelFormat { Gguf, Safetensors, Onnx, Other };

// By content first, by the name's ending where the content says nothing.
ModelFormat recogniseModel(std::string_view first_bytes, const std::string& path);

// Open for reading while it lives. Nothing is ever read through a mapping: a file cut short meanwhile is an error here,
// not a SIGBUS.
class ModelFile {
  public:
    explicit ModelFile(const std::string& path); // throws std::system_error; only a regular file is opened
    ~ModelFile();
    ModelFile(const ModelFile&) = delete;
    ModelFile& operator=(const ModelFile&) = delete;

    FileIdentity identity() const { return FileIdentity::of(fd_); }
    // What was found, in words. Throws DamagedFile, std::system_error, or sdk::Cancelled when `stop_fd` is readable.
    std::string verify(int stop_fd) const;

  private:
    std::string path_;
    int fd_;
};

} // namespace probehost
