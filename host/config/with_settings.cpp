// The reading of scalars, their flattening to JSON pointers, and the collecting of secrets.
#include "config/with_settings.hpp"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <sstream>

#include "config/secret_patterns.hpp"

namespace probehost {

namespace {

using Poco::Dynamic::Var;

template <typename Number>
std::optional<Number> numberFrom(const std::string& text) {
    Number value{};
    const auto* end = text.data() + text.size();
    const auto [stop, failure] = std::from_chars(text.data(), end, value);
    if (failure != std::errc() || stop != end) return std::nullopt;
    return value;
}

bool has(const std::vector<std::string>& types, std::string_view type) {
    return std::find(types.begin(), types.end(), type) != types.end();
}

bool isBoolean(const std::string& text) { return text == "true" || text == "false"; }

// A number where one is wanted and the text is one, else the text.
Var numberOrText(const std::string& text, const std::vector<std::string>& types) {
    const bool anyNumber = has(types, "number");
    if (!anyNumber && !has(types, "integer")) return text;
    if (const auto whole = numberFrom<Poco::Int64>(text)) return *whole;
    const auto real = anyNumber ? numberFrom<double>(text) : std::nullopt;
    return real && std::isfinite(*real) ? Var(*real) : Var(text);
}

Var valueOf(const ConfigNode& node, const SchemaPlace& place) {
    if (!node.plain && !node.expanded) return node.text;
    auto types = place.types();
    if (types.empty() && node.expanded) return node.text;
    if (types.empty()) types = {"boolean", "number"};
    if (has(types, "boolean") && isBoolean(node.text)) return node.text == "true";
    return numberOrText(node.text, types);
}

std::string escaped(const std::string& name) {
    std::string part;
    for (const char c : name) part += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    return part;
}

class Reader {
  public:
    Var read(const ConfigNode& node, const SchemaPlace& place, const std::string& pointer) {
        switch (node.kind) {
            case ConfigNode::Kind::Nothing:
                return {};
            case ConfigNode::Kind::Text:
                return scalar(node, place, pointer);
            case ConfigNode::Kind::List:
                return list(node, place, pointer);
            case ConfigNode::Kind::Map:
                return map(node, place, pointer);
        }
        return {};
    }

    CheckSettings takeSettings() { return std::move(settings_); }

  private:
    Var scalar(const ConfigNode& node, const SchemaPlace& place, const std::string& pointer) {
        auto value = valueOf(node, place);
        settings_.scalars[pointer] = value.isInteger() && !value.isBoolean() ? value.convert<std::string>() : node.text;
        if (value.isBoolean()) return value;
        note(node.secrets);
        if (!node.text.empty()) note(secretsWithin(node.text));
        if (place.writeOnly() && !node.text.empty()) noteSecret(node.text);
        return value;
    }

    // Of NAME=VALUE or "Name: value", what is shown elsewhere is the value.
    void noteSecret(const std::string& text) {
        settings_.secrets.push_back(text);
        for (const std::string_view sign : {"=", ": "}) {
            const auto at = text.find(sign);
            if (at != std::string::npos && at + sign.size() < text.size())
                settings_.secrets.push_back(text.substr(at + sign.size()));
        }
    }

    Var list(const ConfigNode& node, const SchemaPlace& place, const std::string& pointer) {
        Poco::JSON::Array::Ptr array = new Poco::JSON::Array;
        for (std::size_t i = 0; i < node.items.size(); ++i) {
            array->add(read(node.items[i], place.item(i), pointer + "/" + std::to_string(i)));
        }
        return array;
    }

    Var map(const ConfigNode& node, const SchemaPlace& place, const std::string& pointer) {
        Poco::JSON::Object::Ptr object = new Poco::JSON::Object(Poco::JSON_PRESERVE_KEY_ORDER);
        for (const auto& member : node.members) {
            object->set(member.name,
                        read(member.value, place.member(member.name), pointer + "/" + escaped(member.name)));
        }
        return object;
    }

    void note(const std::vector<std::string>& secrets) {
        settings_.secrets.insert(settings_.secrets.end(), secrets.begin(), secrets.end());
    }

    CheckSettings settings_;
};

} // namespace

WithSettings withSettings(const ConfigNode& with, const SchemaPlace& place) {
    Reader reader;
    WithSettings result;
    result.json = reader.read(with, place, "");
    if (with.kind == ConfigNode::Kind::Nothing) result.json = Poco::JSON::Object::Ptr(new Poco::JSON::Object);
    result.settings = reader.takeSettings();
    std::ostringstream text;
    Poco::JSON::Stringifier::stringify(result.json, text);
    result.settings.json = text.str();
    return result;
}

} // namespace probehost
