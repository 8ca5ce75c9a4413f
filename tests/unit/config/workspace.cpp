// Temporary files and the two steps of loading.
#include "workspace.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "checkers.hpp"
#include "config/check_resolver.hpp"
#include "config/settings_loader.hpp"

namespace probehost::test {

Workspace::Workspace() {
    auto pattern = (std::filesystem::temp_directory_path() / "probehost-config-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
    directory_ = pattern;
}

Workspace::~Workspace() {
    for (const auto& [name, value] : before_) {
        if (value) {
            setenv(name.c_str(), value->c_str(), 1);
        } else {
            unsetenv(name.c_str());
        }
    }
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
}

std::string Workspace::write(const std::string& name, const std::string& text) const {
    const auto file = path(name);
    std::filesystem::create_directories(std::filesystem::path(file).parent_path());
    std::ofstream(file, std::ios::binary) << text;
    return file;
}

void Workspace::environment(const std::string& name, const std::string& value) {
    const char* before = std::getenv(name.c_str());
    before_.emplace(name, before == nullptr ? std::nullopt : std::optional<std::string>(before));
    setenv(name.c_str(), value.c_str(), 1);
}

std::vector<std::string> Loaded::errors() const {
    std::vector<std::string> lines;
    for (const auto& one : diagnostics.sorted()) {
        const auto file = one.location.file;
        lines.push_back(one.text().substr(file.size() + 1));
    }
    return lines;
}

std::string Loaded::said() const {
    std::string text;
    for (const auto& one : diagnostics.sorted()) text += one.text() + "\n";
    return text;
}

Loaded loadFile(const std::string& path) {
    Loaded loaded;
    loaded.settings = load(path, loaded.diagnostics);
    resolve(loaded.settings, someCheckers(), someRefusedPlugins(), loaded.diagnostics);
    return loaded;
}

Loaded loadText(const Workspace& workspace, const std::string& text) {
    return loadFile(workspace.write("probehost.yaml", text));
}

} // namespace probehost::test
