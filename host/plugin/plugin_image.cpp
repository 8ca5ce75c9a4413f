// A sealed memory file: it needs no folder that is writable and may hold programs, which hardened services do not have.
#include "plugin/plugin_image.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "plugin/file_trust.hpp"
#include "plugin/plugin_file.hpp"

namespace probehost {

namespace {

constexpr off_t longestFile = off_t{512} << 20U;
constexpr int lowestDescriptor = 16;
constexpr int seals = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

// Beyond the numbers that a worker process gives to what it inherits.
int memoryFile(const std::string& name) {
    const int low = memfd_create(name.c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (low < 0) return low;
    const int high = fcntl(low, F_DUPFD_CLOEXEC, lowestDescriptor);
    close(low);
    return high;
}

class OpenFile {
  public:
    explicit OpenFile(const std::string& file) : OpenFile(open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
        struct stat status {};
        if (fd_ < 0 || fstat(fd_, &status) != 0)
            throw PluginRefused(std::string("cannot be read: ") + std::strerror(errno));
        if (!S_ISREG(status.st_mode)) throw PluginRefused("not a regular file");
        if (status.st_size > longestFile) throw PluginRefused("larger than 512 MiB");
        requireTrusted(fd_);
        size_ = status.st_size;
    }
    ~OpenFile() {
        if (fd_ >= 0) close(fd_);
    }
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;

    // False when there is no memory for it. A file that grows or shrinks meanwhile is copied as far as it goes, and
    // found out by who looks into the copy.
    bool copyTo(int memory) const {
        off_t done = 0;
        while (done < size_) {
            const ssize_t count = sendfile(memory, fd_, &done, static_cast<size_t>(size_ - done));
            if (count == 0) break;
            if (count < 0 && errno != EINTR) return false;
        }
        return fcntl(memory, F_ADD_SEALS, seals) == 0;
    }

  private:
    explicit OpenFile(int fd) : fd_(fd) {} // complete, so that it is closed whatever is found

    int fd_;
    off_t size_ = 0;
};

class Mapping {
  public:
    explicit Mapping(int fd) {
        struct stat status {};
        if (fd < 0 || fstat(fd, &status) != 0) return;
        size_ = static_cast<size_t>(status.st_size);
        bytes_ = mmap(nullptr, size_, PROT_READ, MAP_SHARED, fd, 0);
    }
    ~Mapping() {
        if (bytes_ != MAP_FAILED) munmap(bytes_, size_);
    }
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;

    bool operator==(const Mapping& other) const {
        return bytes_ != MAP_FAILED && other.bytes_ != MAP_FAILED && size_ == other.size_ &&
               std::memcmp(bytes_, other.bytes_, size_) == 0;
    }

  private:
    void* bytes_ = MAP_FAILED;
    size_t size_ = 0;
};

} // namespace

PluginImage::PluginImage(const std::string& file) : image_(new Image{file, file}) {}

PluginImage::Image::~Image() {
    if (descriptor >= 0) close(descriptor);
}

PluginImage PluginImage::copyOf(const std::string& file) {
    const OpenFile original(file);
    const auto name = std::filesystem::path(file).filename().string().substr(0, 200);
    const int memory = memoryFile(name);
    if (memory < 0) return uncopied(file);
    auto copy = inherited(file, memory);
    if (!original.copyTo(memory) || looksBesideItself(copy.path())) return uncopied(file);
    return copy;
}

PluginImage PluginImage::uncopied(const std::string& file) {
    static std::atomic<uint64_t> versions{0};
    PluginImage image(file);
    image.image_.reset(new Image{file, file, -1, ++versions});
    return image;
}

PluginImage PluginImage::inherited(const std::string& file, int descriptor) {
    PluginImage image(file);
    if (descriptor < 0) return image;
    image.image_.reset(new Image{image.file(), "/proc/self/fd/" + std::to_string(descriptor), descriptor, 0});
    return image;
}

bool PluginImage::sameBytes(const PluginImage& other) const {
    return *this == other || Mapping(descriptor()) == Mapping(other.descriptor());
}

} // namespace probehost
