// A plugin's file as it was when it was looked at. Copies in memory are what is opened, so that writing over the file
// changes nothing for code that runs.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace probehost {

// A handle; copies share the image. Any thread.
class PluginImage {
  public:
    // The file itself, where nobody writes over it meanwhile.
    PluginImage(const std::string& file); // NOLINT(google-explicit-constructor): a file's name is an image of it

    // A copy that cannot change any more; the file itself where it looks for libraries beside itself ($ORIGIN), or the
    // kernel gives no memory. Throws PluginRefused when the file cannot be read.
    static PluginImage copyOf(const std::string& file);

    // One that a parent process left to this one as an open descriptor, or by its path when that is -1.
    static PluginImage inherited(const std::string& file, int descriptor);

    const std::string& file() const { return image_->file; } // as people know it
    const std::string& path() const { return image_->path; } // to open it in this process
    int descriptor() const { return image_->descriptor; }    // of the copy; -1 for the file itself

    // Whether it can change while it is in use.
    bool inPlace() const { return descriptor() < 0; }

    bool operator==(const PluginImage& other) const { return key() == other.key(); }
    bool operator<(const PluginImage& other) const { return key() < other.key(); }
    bool sameBytes(const PluginImage& other) const;

  private:
    struct Image {
        std::string file;
        std::string path;
        int descriptor = -1;
        uint64_t version = 0; // tells apart what lay under one path at different times
        ~Image();
    };

    std::pair<const std::string&, uint64_t> key() const { return {image_->path, image_->version}; }
    static PluginImage uncopied(const std::string& file);

    std::shared_ptr<const Image> image_;
};

} // namespace probehost
