// Bounded reading of regular files, and the check that they hold text.
#include "config/text_file.hpp"

#include <Poco/UTF8Encoding.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace probehost {

namespace {

class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_(fd) {}
    ~Descriptor() {
        if (fd_ >= 0) close(fd_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int fd() const { return fd_; }

  private:
    int fd_;
};

std::string inWords(int error) {
    if (error == ENOENT || error == ENOTDIR) return "no such file";
    if (error == EACCES || error == EPERM) return "may not be read by this user";
    return std::string("cannot be read: ") + std::strerror(error);
}

std::string sizeText(std::size_t bytes) {
    return bytes >= 1U << 20U ? std::to_string(bytes >> 20U) + " MiB" : std::to_string(bytes >> 10U) + " KiB";
}

bool isControl(unsigned char c) { return (c < 0x20U && c != '\t' && c != '\n' && c != '\r') || c == 0x7FU; }

// Bytes of the character that the text begins with; 0: no character of a text.
std::size_t lengthOfCharacter(std::string_view text) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    if (*bytes < 0x80U) return isControl(*bytes) ? 0 : 1;
    const std::size_t length = *bytes >= 0xF0U ? 4 : *bytes >= 0xE0U ? 3 : 2;
    const bool legal = length <= text.size() && Poco::UTF8Encoding::isLegal(bytes, static_cast<int>(length));
    return legal ? length : 0;
}

} // namespace

std::variant<std::string, FileFailure> readTextFile(const std::string& path, std::size_t limit) {
    // Non-blocking, because opening a pipe would wait for its writer.
    const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (file.fd() < 0) return FileFailure{inWords(errno)};
    struct stat status {};
    if (fstat(file.fd(), &status) != 0) return FileFailure{inWords(errno)};
    if (S_ISDIR(status.st_mode)) return FileFailure{"is a directory, expected a file"};
    if (!S_ISREG(status.st_mode)) return FileFailure{"is not a regular file"};
    std::string text(limit + 1, '\0');
    std::size_t length = 0;
    while (length <= limit) {
        const auto count = read(file.fd(), text.data() + length, text.size() - length);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return FileFailure{inWords(errno)};
        if (count == 0) break;
        length += static_cast<std::size_t>(count);
    }
    if (length > limit) return FileFailure{"is larger than " + sizeText(limit)};
    text.resize(length);
    return text;
}

int firstLineNotText(std::string_view text) {
    int line = 1;
    while (!text.empty()) {
        const auto length = lengthOfCharacter(text);
        if (length == 0) return line;
        if (text.front() == '\n') ++line;
        text.remove_prefix(length);
    }
    return 0;
}

std::string besideFile(const std::string& file, const std::string& path) {
    return (std::filesystem::path(file).parent_path() / path).lexically_normal().string();
}

} // namespace probehost
