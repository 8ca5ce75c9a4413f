// Copies the files that every project has and those of its language, with the name put in.
#include "authoring/plugin_project.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "config/suggestion.hpp"
#include "plugin/installation.hpp"

namespace probehost::authoring {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view placeholder = "@NAME@";
constexpr size_t longestName = 64;

bool isLetter(char c) { return c >= 'a' && c <= 'z'; }

bool isPluginName(std::string_view name) {
    const auto fits = [](char c) { return isLetter(c) || (c >= '0' && c <= '9') || c == '-'; };
    return !name.empty() && name.size() <= longestName && isLetter(name.front()) && std::ranges::all_of(name, fits);
}

void requireName(const std::string& name) {
    static const std::vector<std::string> ofCMake = {"all",     "clean",      "help", "install",
                                                     "package", "preinstall", "test"};
    if (!isPluginName(name)) {
        throw ProjectRefused('"' + name + "\" is no name for a plugin: expected a lower-case letter, then up to " +
                             std::to_string(longestName - 1) + " lower-case letters, digits and hyphens");
    }
    if (std::ranges::find(ofCMake, name) != ofCMake.end())
        throw ProjectRefused('"' + name + "\" means something to build tools already: choose another name");
}

void requireLanguage(const std::string& language) {
    const auto& known = projectLanguages();
    if (std::ranges::find(known, language) == known.end())
        throw ProjectRefused("unknown language \"" + language + '"' + hint(language, known));
}

// Without following the last link: a link that leads nowhere is there too.
void requireRoom(const fs::path& directory) {
    std::error_code failed;
    if (!fs::exists(fs::symlink_status(directory, failed))) return;
    if (!fs::is_directory(directory, failed))
        throw ProjectRefused(directory.string() + " is there and is no directory: choose another with --dir");
    const bool empty = fs::is_empty(directory, failed);
    if (failed) throw ProjectRefused(directory.string() + " cannot be read: " + failed.message());
    if (!empty) throw ProjectRefused(directory.string() + " is not empty: choose another with --dir, or empty it");
}

fs::path templatesOf(const std::string& kind) {
    auto path = fs::path(templateDirectory()) / kind;
    std::error_code failed;
    if (fs::is_directory(path, failed)) return path;
    throw ProjectRefused(path.string() + " is missing: install the SDK of this probehost (package probehost-dev)");
}

std::string withName(std::string text, const std::string& name) {
    for (size_t at = text.find(placeholder); at != std::string::npos; at = text.find(placeholder, at + name.size()))
        text.replace(at, placeholder.size(), name);
    return text;
}

[[noreturn]] void refuseFile(const fs::path& file, const char* what, int reason) {
    throw ProjectRefused(file.string() + " cannot be " + what + ": " + std::strerror(reason));
}

void writeFile(const fs::path& from, const fs::path& to, const std::string& name) {
    std::ostringstream text;
    if (!(text << std::ifstream(from).rdbuf())) refuseFile(from, "read", errno);
    std::error_code failed;
    fs::create_directories(to.parent_path(), failed);
    if (failed) refuseFile(to.parent_path(), "made", failed.value());
    std::ofstream out(to);
    out << withName(text.str(), name);
    out.close();
    if (!out) refuseFile(to, "written", errno);
    const auto runnable = fs::status(from).permissions() & fs::perms::owner_exec;
    if (runnable != fs::perms::none) fs::permissions(to, fs::perms(0111), fs::perm_options::add);
}

// Packages must not hold files that mean something to git.
fs::path targetOf(const fs::path& file) {
    return file.filename() == "gitignore" ? file.parent_path() / ".gitignore" : file;
}

int copyTemplate(const fs::path& from, const PluginProject& project) {
    int count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(from)) {
        if (!entry.is_regular_file()) continue;
        writeFile(entry.path(), project.directory / targetOf(entry.path().lexically_relative(from)), project.name);
        count++;
    }
    return count;
}

} // namespace

const std::vector<std::string>& projectLanguages() {
    static const std::vector<std::string> languages = {"c", "cpp", "go", "rust"};
    return languages;
}

int writeProject(const PluginProject& project) {
    requireName(project.name);
    requireLanguage(project.language);
    requireRoom(project.directory);
    const auto shared = templatesOf("every");
    const auto own = templatesOf(project.language);
    try {
        return copyTemplate(shared, project) + copyTemplate(own, project);
    } catch (const fs::filesystem_error& failure) {
        throw ProjectRefused(failure.what());
    }
}

} // namespace probehost::authoring
