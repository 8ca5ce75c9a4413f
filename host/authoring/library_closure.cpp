// The linker's search, as ld.so(8) tells it.
#include "authoring/library_closure.hpp"

#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "plugin/plugin_file.hpp"

namespace probehost::authoring {

namespace {

namespace fs = std::filesystem;

// ld.so.cache as glibc has written it since 2.32: a header, entries, and a heap of texts that both point into.
struct CacheHeader {
    std::array<char, 20> magic;
    uint32_t entries;
    uint32_t textBytes;
    std::array<uint32_t, 5> unused;
};
struct CacheEntry {
    int32_t flags;
    uint32_t name;
    uint32_t path;
    uint32_t system;
    uint64_t hardware;
};

constexpr char cacheMagic[] = "glibc-ld.so.cache1.1";

std::multimap<std::string, std::string> readCache() {
    std::ifstream stream("/etc/ld.so.cache", std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
    std::multimap<std::string, std::string> found;
    CacheHeader header{};
    if (bytes.size() < sizeof(header)) return found;
    std::memcpy(&header, bytes.data(), sizeof(header));
    if (std::memcmp(header.magic.data(), cacheMagic, header.magic.size()) != 0) return found;
    for (size_t i = 0; i < header.entries && sizeof(header) + (i + 1) * sizeof(CacheEntry) <= bytes.size(); i++) {
        CacheEntry entry{};
        std::memcpy(&entry, bytes.data() + sizeof(header) + i * sizeof(entry), sizeof(entry));
        if (entry.name < bytes.size() && entry.path < bytes.size())
            found.emplace(bytes.c_str() + entry.name, bytes.c_str() + entry.path);
    }
    return found;
}

std::vector<std::string> environmentPath() {
    std::vector<std::string> all;
    const char* path = std::getenv("LD_LIBRARY_PATH");
    std::string folder;
    for (const char c : std::string(path == nullptr ? "" : path) + ":") {
        if (c != ':' && c != ';') {
            folder += c;
        } else if (!folder.empty()) {
            all.push_back(std::exchange(folder, ""));
        }
    }
    return all;
}

class LibrarySearch {
  public:
    explicit LibrarySearch(const ElfImage& image) : image_(image) {}

    struct Found {
        std::string path;
        ElfImage image;
    };

    std::optional<Found> find(const std::string& name, const std::vector<std::string>& runPath) const {
        if (name.find('/') != std::string::npos) return usable(name);
        static constexpr std::array last = {"/lib", "/usr/lib", "/lib64", "/usr/lib64"};
        for (const auto& folder : runPath) {
            if (auto found = usable(fs::path(folder) / name)) return found;
        }
        for (const auto& folder : environment_) {
            if (auto found = usable(fs::path(folder) / name)) return found;
        }
        for (auto [at, end] = cache_.equal_range(name); at != end; at++) {
            if (auto found = usable(at->second)) return found;
        }
        for (const auto* folder : last) {
            if (auto found = usable(fs::path(folder) / name)) return found;
        }
        return std::nullopt;
    }

  private:
    std::optional<Found> usable(const std::string& path) const {
        std::error_code failed;
        if (!fs::is_regular_file(path, failed)) return std::nullopt;
        try {
            auto image = readElf(path);
            if (image.machine == image_.machine && image.wordClass == image_.wordClass)
                return Found{path, std::move(image)};
        } catch (const PluginRefused&) { // nor would the linker take it
        }
        return std::nullopt;
    }

    const ElfImage& image_;
    const std::multimap<std::string, std::string> cache_ = readCache();
    const std::vector<std::string> environment_ = environmentPath();
};

std::vector<std::string> expandedRunPaths(const ElfImage& image, const std::string& file) {
    std::vector<std::string> all;
    for (const auto& folder : image.runPath) all.push_back(expandedRunPath(folder, file));
    return all;
}

} // namespace

std::string expandedRunPath(const std::string& folder, const std::string& file) {
    std::error_code failed;
    const auto origin = fs::absolute(file, failed).parent_path().string();
    std::string expanded = folder;
    for (const std::string word : {"${ORIGIN}", "$ORIGIN"}) {
        for (auto at = expanded.find(word); at != std::string::npos; at = expanded.find(word, at + origin.size()))
            expanded.replace(at, word.size(), origin);
    }
    return expanded;
}

LibraryClosure closureOf(const std::string& file, const ElfImage& image) {
    const LibrarySearch search(image);
    LibraryClosure closure;
    struct Open {
        std::string file;
        ElfImage image;
    };
    std::deque<Open> open = {{file, image}};
    for (; !open.empty(); open.pop_front()) {
        const auto current = std::move(open.front());
        const auto runPath = expandedRunPaths(current.image, current.file);
        for (const auto& name : current.image.needed) {
            if (closure.files.contains(name)) continue;
            auto found = search.find(name, runPath);
            if (!found) closure.missing.push_back(name + ", needed by " + current.file);
            closure.files.emplace(name, found ? found->path : "");
            if (found) open.push_back({found->path, std::move(found->image)});
        }
    }
    std::erase_if(closure.files, [](const auto& entry) { return entry.second.empty(); });
    return closure;
}

} // namespace probehost::authoring
