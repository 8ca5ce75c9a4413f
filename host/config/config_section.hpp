// Typed reading of one map of a configuration file; what does not fit is reported with its line and path.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/config_node.hpp"
#include "config/diagnostics.hpp"
#include "config/duration.hpp"

namespace probehost {

// A reading member function gives nothing when the key is absent or wrong; a wrong one is reported.
class ConfigSection {
  public:
    // An item of a list of texts, with the path that errors name.
    struct Item {
        const ConfigNode* node;
        std::string path;
    };

    // `node` may be null or of kind Nothing: an empty section. It outlives the section.
    ConfigSection(const ConfigNode* node, std::string path, const std::string& file, Diagnostics& diagnostics);

    ConfigSection section(std::string_view key);
    const ConfigNode* node(std::string_view key);
    std::optional<std::string> text(std::string_view key);
    std::optional<bool> flag(std::string_view key);
    std::optional<int> count(std::string_view key, int least);
    std::optional<milliseconds> duration(std::string_view key, DurationLimits limits = {});
    // The position of the word among `choices`.
    std::optional<std::size_t> choice(std::string_view key, const std::vector<std::string>& choices);
    // Texts of a list, without those whose expansion failed; nothing when the key is absent.
    std::optional<std::vector<Item>> texts(std::string_view key, std::string_view example);
    std::optional<std::size_t> choiceOf(const Item& item, const std::vector<std::string>& choices);

    // Reports every key that nobody asked for.
    void rejectUnknown();

    std::string pathOf(std::string_view key) const;
    void error(const ConfigNode& at, std::string path, std::string message) const;
    void error(std::string_view key, std::string message);
    void warning(std::string_view key, std::string message);

  private:
    // The key's text, or nothing when it is absent, of another kind (reported) or failed to expand.
    const ConfigNode* textNode(std::string_view key, const std::string& expected);

    const ConfigNode* node_;
    std::string path_;
    const std::string& file_;
    Diagnostics& diagnostics_;
    int line_;
    std::vector<std::string> known_;
};

// The value in quotes where it may be shown, else "a value from ${…}".
std::string shownValue(const ConfigNode& node);

} // namespace probehost
