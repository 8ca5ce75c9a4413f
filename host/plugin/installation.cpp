// Looks from the running program first, then where the build was told to install.
#include "plugin/installation.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>

namespace probehost {

namespace {

namespace fs = std::filesystem;

fs::path programFolder() {
    std::error_code failed;
    return fs::read_symlink("/proc/self/exe", failed).parent_path();
}

bool isThere(const fs::path& path) {
    std::error_code failed;
    return fs::exists(path, failed);
}

} // namespace

std::string workerProgram() {
    const auto beside = programFolder() / "probehost-worker";
    if (access(beside.c_str(), X_OK) == 0) return beside;
    const auto moved =
        (programFolder().parent_path() / PROBEHOST_LIBEXECDIR / "probehost/probehost-worker").lexically_normal();
    return isThere(moved) ? moved.string() : PROBEHOST_FULL_LIBEXECDIR "/probehost/probehost-worker";
}

std::string pluginDirectory() {
    const auto moved = (programFolder().parent_path() / PROBEHOST_LIBDIR / "probehost/plugins").lexically_normal();
    return isThere(moved) ? moved.string() : PROBEHOST_FULL_LIBDIR "/probehost/plugins";
}

std::string templateDirectory() {
    const auto moved = (programFolder().parent_path() / PROBEHOST_DATADIR / "probehost/templates").lexically_normal();
    return isThere(moved) ? moved.string() : PROBEHOST_FULL_DATADIR "/probehost/templates";
}

bool isShipped(const std::string& pluginFile) {
    static constexpr std::array names = {PROBEHOST_SHIPPED_PLUGINS};
    const fs::path file(pluginFile);
    if (std::ranges::find(names, file.filename()) == names.end()) return false;
    std::error_code failed;
    const auto folder = file.parent_path();
    return fs::equivalent(folder, pluginDirectory(), failed) ||
           fs::equivalent(folder, programFolder().parent_path() / "plugins", failed); // of a build tree
}

} // namespace probehost
