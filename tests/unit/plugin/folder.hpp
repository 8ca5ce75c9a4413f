// A folder of a test's own, gone with it.
#pragma once

#include <string>
#include <string_view>

namespace probehost::test {

class Folder {
  public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    std::string path(const std::string& name) const { return path_ + "/" + name; }
    // Makes the file anew and gives its path.
    std::string write(const std::string& name, std::string_view bytes) const;

  private:
    std::string path_;
};

} // namespace probehost::test
