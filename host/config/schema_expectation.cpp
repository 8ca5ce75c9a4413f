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

constexpr auto durationPattern = "^[0-9]+(ms|s|m|h)$"; // how checkers' schemas write a duration

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
    const auto values = place.keyword("enum");
    if (values.type() != typeid(Poco::JSON::Array::Ptr)) {
        const auto fixed = place.keyword("const");
        return fixed.isEmpty() ? "" : literal(fixed);
    }
    std::vector<std::string> words;
    for (const auto& value : *values.extract<Poco::JSON::Array::Ptr>()) words.push_back(literal(value));
    return (words.size() > 1 ? "one of " : "") + joined(words);
}

// "1 to 3", "at least 1", "at most 3" or ""
std::string span(const SchemaPlace& place, const char* least, const char* most) {
    const auto low = place.keyword(least);
    const auto high = place.keyword(most);
    if (low.isNumeric() && high.isNumeric()) return literal(low) + " to " + literal(high);
    if (low.isNumeric()) return "at least " + literal(low);
    return high.isNumeric() ? "at most " + literal(high) : "";
}

std::string around(const std::string& before, const std::string& text, const std::string& after) {
    return text.empty() ? "" : before + text + after;
}

std::string numberBounds(const SchemaPlace& place) {
    std::vector<std::string> bounds;
    const auto limits = span(place, "minimum", "maximum");
    if (!limits.empty()) bounds.push_back((limits.starts_with("at ") ? "of " : "from ") + limits);
    for (const auto& [name, word] : {std::pair{"exclusiveMinimum", "above "}, std::pair{"exclusiveMaximum", "below "},
                                     std::pair{"multipleOf", "in steps of "}}) {
        if (const auto bound = place.keyword(name); bound.isNumeric()) bounds.push_back(word + literal(bound));
    }
    return around(" ", joined(bounds, " and "), "");
}

std::string textBounds(const SchemaPlace& place) {
    const auto length = span(place, "minLength", "maxLength");
    auto text = length == "at least 1" ? " that is not empty" : around(" of ", length, " characters");
    const auto pattern = place.keyword("pattern");
    if (pattern.isString()) text += " that matches " + pattern.extract<std::string>();
    return text;
}

std::string listBounds(const SchemaPlace& place) {
    const auto unique = place.keyword("uniqueItems");
    const bool once = unique.isBoolean() && unique.convert<bool>();
    return around(" of ", span(place, "minItems", "maxItems"), " items") + (once ? ", each only once" : "");
}

std::string boundsOf(const std::string& type, const SchemaPlace& place) {
    if (type == "string") return textBounds(place);
    if (type == "integer" || type == "number") return numberBounds(place);
    if (type == "array") return listBounds(place);
    return type == "object" ? around(", ", span(place, "minProperties", "maxProperties"), " of them") : "";
}

std::string kindWithBounds(const std::string& type, const SchemaPlace& place) {
    const auto pattern = place.keyword("pattern");
    const bool isDuration = type == "string" && pattern.isString() && pattern.extract<std::string>() == durationPattern;
    return isDuration ? "a duration such as 800ms, 2s or 1m" : typeInWords(type) + boundsOf(type, place);
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
        for (const auto& type : place.types()) kinds.push_back(kindWithBounds(type, place));
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
