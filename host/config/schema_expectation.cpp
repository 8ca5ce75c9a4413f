// Words for types, ranges, lengths, patterns and choices of a JSON Schema.
#include "config/schema_expectation.hpp"

#include <Poco/JSON/Array.h>

#include <array>
#include <cmath>
#include <sstream>

#include "config/suggestion.hpp"

namespace probehost {

namespace {

using Poco::Dynamic::Var;

std::string typeInWords(const std::string& type) {
    static constexpr std::array words = {
        std::pair{"string", "text"},  std::pair{"integer", "a whole number"}, std::pair{"number", "a number"},
        std::pair{"array", "a list"}, std::pair{"object", "a map of keys"},   std::pair{"boolean", "true or false"},
        std::pair{"null", "nothing"},
    };
    for (const auto& [name, word] : words) {
        if (type == name) return word;
    }
    return type;
}

std::string literal(const Var& value) {
    if (value.isEmpty()) return "nothing";
    if (value.isBoolean()) return value.convert<bool>() ? "true" : "false";
    if (value.isInteger() || value.isString()) return value.convert<std::string>();
    std::ostringstream text;
    if (value.isNumeric()) text << value.convert<double>();
    return text.str();
}

std::string choices(const SchemaPlace& place) {
    if (const auto fixed = place.keyword("const"); !fixed.isEmpty()) return literal(fixed);
    const auto values = place.keyword("enum");
    if (values.type() != typeid(Poco::JSON::Array::Ptr)) return "";
    std::vector<std::string> words;
    for (const auto& value : *values.extract<Poco::JSON::Array::Ptr>()) words.push_back(literal(value));
    return (words.size() > 1 ? "one of " : "") + joined(words);
}

// " from 1 to 65535", " of at least 1", …
std::string range(const SchemaPlace& place, const char* least, const char* most, const std::string& of) {
    const auto low = place.keyword(least);
    const auto high = place.keyword(most);
    if (low.isNumeric() && high.isNumeric()) return " " + of + "from " + literal(low) + " to " + literal(high);
    if (low.isNumeric()) return " " + of + "at least " + literal(low);
    return high.isNumeric() ? " " + of + "at most " + literal(high) : "";
}

std::string numberBounds(const SchemaPlace& place) {
    std::string text = range(place, "minimum", "maximum", "");
    if (const auto low = place.keyword("exclusiveMinimum"); low.isNumeric()) text += " above " + literal(low);
    if (const auto high = place.keyword("exclusiveMaximum"); high.isNumeric()) text += " below " + literal(high);
    if (const auto step = place.keyword("multipleOf"); step.isNumeric()) text += " in steps of " + literal(step);
    return text;
}

std::string textBounds(const SchemaPlace& place) {
    std::string text;
    const auto least = place.keyword("minLength");
    if (least.isInteger() && least.convert<int>() == 1 && place.keyword("maxLength").isEmpty()) {
        text = " that is not empty";
    } else if (const auto length = range(place, "minLength", "maxLength", ""); !length.empty()) {
        text = " of" + length + " characters";
    }
    const auto pattern = place.keyword("pattern");
    // A described text says better than a regular expression what it looks like.
    const bool described = place.keyword("description").isString();
    if (pattern.isString() && !described) text += " that matches " + pattern.extract<std::string>();
    return text;
}

std::string listBounds(const SchemaPlace& place) {
    auto text = range(place, "minItems", "maxItems", "with ");
    if (!text.empty()) text += " items";
    const auto unique = place.keyword("uniqueItems");
    return text + (unique.isBoolean() && unique.convert<bool>() ? ", each only once" : "");
}

std::string boundsOf(const std::string& type, const SchemaPlace& place) {
    if (type == "string") return textBounds(place);
    if (type == "integer" || type == "number") return numberBounds(place);
    if (type == "array") return listBounds(place);
    if (type != "object") return "";
    const auto keys = range(place, "minProperties", "maxProperties", "with ");
    return keys.empty() ? "" : keys + " keys";
}

// The first sentence of the description, in parentheses.
std::string description(const SchemaPlace& place) {
    const auto value = place.keyword("description");
    if (!value.isString()) return "";
    auto text = value.extract<std::string>();
    text.resize(std::min(text.find(". "), text.size()));
    if (!text.empty() && text.back() == '.') text.pop_back();
    return text.empty() || text.size() > 160 ? "" : " (" + text + ")";
}

} // namespace

std::string expectation(const SchemaPlace& place) {
    auto words = choices(place);
    if (words.empty()) {
        std::vector<std::string> kinds;
        for (const auto& type : place.types()) kinds.push_back(typeInWords(type) + boundsOf(type, place));
        words = kinds.empty() ? "another value" : joined(kinds, " or ");
    }
    return words + description(place);
}

std::string alternativesInWords(const SchemaPlace& place) {
    std::vector<std::string> words;
    for (const auto& branch : place.alternatives()) {
        const auto required = textsOf(branch->get("required"));
        if (required.empty()) return "";
        words.push_back(joined(required, " with "));
    }
    return joined(words, ", or ");
}

} // namespace probehost
