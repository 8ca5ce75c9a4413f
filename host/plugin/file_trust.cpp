// Owner and mode, of what a symbolic link leads to.
#include "plugin/file_trust.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "plugin/plugin_file.hpp"

namespace probehost {

namespace {

std::string nameOf(uid_t user) {
    passwd entry{};
    passwd* found = nullptr;
    std::array<char, 4096> texts{};
    getpwuid_r(user, &entry, texts.data(), texts.size(), &found);
    return found == nullptr ? "user " + std::to_string(user) : entry.pw_name;
}

void judge(const struct stat& status) {
    if ((status.st_mode & S_IWOTH) != 0) throw PluginRefused("is writable by everyone: chmod o-w it");
    if ((status.st_mode & S_IWGRP) != 0) throw PluginRefused("is writable by its group: chmod g-w it");
    if (status.st_uid == 0 || status.st_uid == geteuid()) return;
    const auto others = geteuid() == 0 ? "" : " or " + nameOf(geteuid());
    throw PluginRefused("belongs to " + nameOf(status.st_uid) + ": chown it to root" + others);
}

} // namespace

void requireTrusted(const std::string& path) {
    struct stat status {};
    if (stat(path.c_str(), &status) == 0) judge(status); // else whoever opens it says why
}

void requireTrusted(int fd) {
    struct stat status {};
    if (fstat(fd, &status) == 0) judge(status);
}

} // namespace probehost
