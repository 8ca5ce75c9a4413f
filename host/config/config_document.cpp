// From bytes to nodes: what is no text is said before YAML gets to see it.
#include "config/config_document.hpp"

#include "config/expansion.hpp"
#include "config/text_file.hpp"
#include "config/yaml_reader.hpp"

namespace probehost {

namespace {

constexpr std::size_t maxConfigFile = 1U << 20U;

} // namespace

std::optional<ConfigNode> readDocument(const std::string& file, Diagnostics& diagnostics) {
    const auto read = readTextFile(file, maxConfigFile);
    if (const auto* failure = std::get_if<FileFailure>(&read)) {
        diagnostics.error({file}, "", failure->why);
        return std::nullopt;
    }
    const auto& text = std::get<std::string>(read);
    if (const int line = firstLineNotText(text); line != 0) {
        diagnostics.error({file, line}, "", "holds a control character, or bytes that are no UTF-8 text");
        return std::nullopt;
    }
    auto root = readYaml(text, file, diagnostics);
    if (root) expand(*root, file, diagnostics);
    return root;
}

} // namespace probehost
