// One place of a configuration file: text, a list, a map or nothing, and the line it stands on.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace probehost {

struct ConfigMember;

struct ConfigNode {
    enum class Kind { Nothing, Text, List, Map };

    Kind kind = Kind::Nothing;
    int line = 0;
    bool plain = false;    // written without quotes, so it may mean a number or a boolean
    bool expanded = false; // holds something from ${…}, so it is never shown
    bool failed = false;   // its ${…} could not be expanded; that is reported already
    std::string text;
    std::vector<std::string> secrets; // what came from outside through ${…}
    std::vector<ConfigNode> items;
    std::vector<ConfigMember> members; // in the order of the file

    bool isText() const { return kind == Kind::Text; }
    bool isMap() const { return kind == Kind::Map; }
    const ConfigNode* find(std::string_view name) const;
};

struct ConfigMember {
    std::string name;
    int line = 0;
    ConfigNode value;
};

inline const ConfigNode* ConfigNode::find(std::string_view name) const {
    for (const auto& member : members) {
        if (member.name == name) return &member.value;
    }
    return nullptr;
}

// "text", "a number", "a list", … for "expected …, found …".
std::string kindInWords(const ConfigNode& node);

// A key as an error may show it: a strange one is cut, because it may hold a value by mistake ("password:secret").
std::string shownKey(std::string_view key);

} // namespace probehost
