// Limits of control groups, of both versions.
#include "isolation/memory_group.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <limits>

namespace {

namespace fs = std::filesystem;

constexpr auto unlimited = std::numeric_limits<uint64_t>::max();

class Groups {
  public:
    Groups() { fs::create_directories(root_); }
    ~Groups() { fs::remove_all(root_); }

    void write(const fs::path& file, const std::string& text) const {
        fs::create_directories((root_ / file).parent_path());
        std::ofstream(root_ / file) << text << "\n";
    }
    uint64_t limit() const { return probehost::memoryOfGroup(root_ / "proc", root_); }

  private:
    const fs::path root_ = fs::temp_directory_path() / ("memory-group-" + std::to_string(getpid()));
};

} // namespace

TEST_CASE("memory group: the smallest limit on the way to the root counts") {
    const Groups groups;
    groups.write("proc", "0::/pod/container");
    CHECK(groups.limit() == unlimited);
    groups.write("pod/container/memory.max", "max");
    CHECK(groups.limit() == unlimited);
    groups.write("pod/memory.max", "67108864");
    CHECK(groups.limit() == 67108864);
    groups.write("pod/container/memory.max", "1000");
    CHECK(groups.limit() == 1000);
}

TEST_CASE("memory group: version 1 has a tree of its own") {
    const Groups groups;
    groups.write("proc", "9:name=systemd:/a:b\n3:cpu,memory:/a:b\n0::/");
    groups.write("memory/a:b/memory.limit_in_bytes", "4096");
    CHECK(groups.limit() == 4096);
}

TEST_CASE("memory group: a path of the machine that a container does not see means the container's root") {
    const Groups groups;
    groups.write("proc", "0::/../../somewhere/else");
    groups.write("memory.max", "5000");
    CHECK(groups.limit() == 5000);
}

TEST_CASE("memory group: what cannot be understood is no limit") {
    const Groups groups;
    CHECK(groups.limit() == unlimited);
    groups.write("proc", "nonsense");
    CHECK(groups.limit() == unlimited);
    groups.write("proc", "0::/a\n\n:::");
    groups.write("a/memory.max", "-nan");
    CHECK(groups.limit() == unlimited);
}
