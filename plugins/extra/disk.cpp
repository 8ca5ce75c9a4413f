// SPDX-License-Identifier: MIT-0
// disk: a file system has space and inodes left.
//
//   g++ -std=c++17 -O2 disk.cpp $(pkg-config --cflags --libs probehost-sdk) -o disk.so
#include <sys/statvfs.h>

#include <array>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <probehost/checker.hpp>
#include <system_error>

namespace {

namespace sdk = probehost::sdk;
using sdk::Verdict;

constexpr auto kSchema = R"json({
"$schema": "http://json-schema.org/draft-07/schema#",
"type": "object",
"additionalProperties": false,
"required": ["path"],
"properties": {
  "path": {
    "type": "string", "pattern": "^/",
    "description": "Any file or directory of the file system."},
  "warn_free": {
    "type": "string", "pattern": "^[0-9]{1,15}([.][0-9]{1,3})?(%|B|[KMGT]i?B)$", "default": "20%",
    "description": "Warns below this free space: 20%, 10GB (10^9 bytes each) or 10GiB (2^30)."},
  "fail_free": {
    "type": "string", "pattern": "^[0-9]{1,15}([.][0-9]{1,3})?(%|B|[KMGT]i?B)$", "default": "10%",
    "description": "Fails below this free space; 0% never fails."},
  "warn_inodes": {
    "type": "string", "pattern": "^[0-9]{1,15}([.][0-9]{1,3})?%?$", "default": "20%",
    "description": "Warns below this number of free inodes: 20% or 100000."},
  "fail_inodes": {
    "type": "string", "pattern": "^[0-9]{1,15}([.][0-9]{1,3})?%?$", "default": "10%",
    "description": "Fails below this number of free inodes; 0% never fails."}
}})json";

constexpr auto kAbout =
    R"json({"example": {"path": "/var/lib/postgresql", "warn_free": "20%", "fail_free": "5GiB"}})json";

// What is left of something that the file system has `total` of.
struct Stock {
    double left, total;

    double percent() const { return total > 0 ? 100 * left / total : 100; }
};

// "20%", "10GiB", "10GB" or a bare number.
class Threshold {
  public:
    Threshold(const sdk::Settings& settings, const std::string& key, const char* absent) {
        const auto text = settings.text(key, absent);
        char* unit = nullptr;
        amount_ = std::strtod(text.c_str(), &unit);
        percent_ = *unit == '%';
        if (percent_ && amount_ > 100) throw sdk::ConfigError(key + ": expected at most 100%");
        const auto power = std::string_view("BKMGT").find(*unit);
        if (*unit != '\0' && power != std::string_view::npos) amount_ *= std::pow(unit[1] == 'i' ? 1024 : 1000, power);
    }
    bool undercutBy(const Stock& stock) const { return (percent_ ? stock.percent() : stock.left) < amount_; }

  private:
    double amount_;
    bool percent_;
};

struct Limits {
    Threshold warn, fail;

    Verdict judge(const Stock& stock, const char* message, const std::string& detail) const {
        if (fail.undercutBy(stock)) return sdk::fail(message, detail);
        return warn.undercutBy(stock) ? sdk::warn(message, detail) : sdk::pass(detail);
    }
};

std::string describe(const char* form, double left, double percent) {
    std::array<char, 80> text{};
    std::snprintf(text.data(), text.size(), form, left, percent);
    return text.data();
}

class DiskCheck {
  public:
    static constexpr auto info = sdk::Info("disk", "Looks at the free space and inodes of a file system")
                                     .local()
                                     .schema(kSchema)
                                     .about(kAbout)
                                     .timeout(std::chrono::seconds(1))
                                     .interval(std::chrono::seconds(30))
                                     .maxAge(std::chrono::seconds(10));

    explicit DiskCheck(const sdk::Settings& settings)
        : path_(settings.text("path")),
          space_{Threshold(settings, "warn_free", "20%"), Threshold(settings, "fail_free", "10%")},
          inodes_{Threshold(settings, "warn_inodes", "20%"), Threshold(settings, "fail_inodes", "10%")} {}

    // A dead network file system holds statvfs() in the kernel past every deadline; the host then goes on without us.
    Verdict check(const sdk::Run& run) const {
        struct statvfs about {};
        if (statvfs(path_.c_str(), &about) != 0) return failure(errno);
        const auto block = static_cast<double>(about.f_frsize);
        // As df counts: what is reserved for root is neither free nor part of the whole.
        const auto used = static_cast<double>(about.f_blocks - about.f_bfree);
        const auto available = static_cast<double>(about.f_bavail);
        const Stock bytes{available * block, (used + available) * block};
        // btrfs and others make inodes as they need them and say that they have none.
        const Stock inodes{static_cast<double>(about.f_favail), static_cast<double>(about.f_files)};
        run.fact("free_bytes", bytes.left, "B");
        run.fact("free_percent", bytes.percent(), "%");
        run.fact("free_inodes_percent", inodes.percent(), "%");
        return worse(space_.judge(bytes, "Disk nearly full",
                                  path_ + describe(": %.0f MB free, %.1f%%", bytes.left / 1e6, bytes.percent())),
                     inodes_.judge(inodes, "Inodes nearly used up",
                                   path_ + describe(": %.0f inodes free, %.1f%%", inodes.left, inodes.percent())));
    }

  private:
    static Verdict worse(const Verdict& first, const Verdict& second) {
        return second.status > first.status ? second : first;
    }

    Verdict failure(int error) const {
        const char* message = error == ENOENT || error == ENOTDIR ? "Path not found"
                              : error == EACCES                   ? "Permission denied"
                                                                  : "File system not readable";
        return sdk::fail(message, path_ + ": " + std::generic_category().message(error));
    }

    const std::string path_;
    const Limits space_, inodes_;
};

} // namespace

PROBEHOST_PLUGIN("disk", "1.0.0", DiskCheck)
