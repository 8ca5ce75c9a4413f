// Words for what stands in a configuration file.
#include "config/config_node.hpp"

#include <algorithm>
#include <cctype>

namespace probehost {

namespace {

bool isNameCharacter(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("_-./~<").find(c) != std::string_view::npos;
}

bool looksLikeNumber(const std::string& text) {
    const bool digits = std::any_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    return digits && text.find_first_not_of("+-.0123456789eE") == std::string::npos;
}

} // namespace

std::string kindInWords(const ConfigNode& node) {
    switch (node.kind) {
        case ConfigNode::Kind::Nothing:
            return "nothing";
        case ConfigNode::Kind::List:
            return "a list";
        case ConfigNode::Kind::Map:
            return "a map";
        case ConfigNode::Kind::Text:
            break;
    }
    if (node.text.empty()) return "empty text";
    if (!node.plain || node.expanded) return "text";
    if (node.text == "true" || node.text == "false") return node.text;
    return looksLikeNumber(node.text) ? "a number" : "text";
}

std::string shownKey(std::string_view key) {
    const auto end = std::find_if_not(key.begin(), key.end(), isNameCharacter);
    const auto name = key.substr(0, std::min<std::size_t>(static_cast<std::size_t>(end - key.begin()), 64));
    return std::string(name) + (name.size() == key.size() ? "" : "…");
}

} // namespace probehost
