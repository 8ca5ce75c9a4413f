// One member is changed, added or taken away; the checker's schema then has the last word.
#include "authoring/varied_settings.hpp"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <algorithm>
#include <limits>

#include "authoring/schema_sample.hpp"
#include "authoring/settings_choice.hpp"
#include "config/schema_validation.hpp"

namespace probehost::authoring {

namespace {

using Poco::Dynamic::Var;
using Poco::JSON::Object;

Object::Ptr parsedObject(const std::string& json) {
    const auto value = Poco::JSON::Parser().parse(json);
    return value.type() == typeid(Object::Ptr) ? value.extract<Object::Ptr>() : Object::Ptr(new Object);
}

struct UnusualValue {
    std::string what;
    Var value;
};

const std::vector<UnusualValue>& unusualValues() {
    constexpr size_t many = 4096; // std::regex, which the schema's patterns need, takes stack for each
    static const std::vector<UnusualValue> values = {
        {"empty text", std::string()},
        {"4096 letters", std::string(many, 'a')},
        {"a text with format characters", std::string("%s%n%d")},
        {"a text with quotes and backslashes", std::string("\"'\\\\`$(x);")},
        {"a text of other alphabets", std::string("\xC3\xA4\xE4\xB8\xAD\xF0\x9F\x92\xA1")},
        {"a relative path", std::string("../../etc/passwd")},
        {"a URL without a host", std::string("http://")},
        {"a URL with a huge port", std::string("http://h:99999999999/")},
        {"an IPv6 address", std::string("[::1]:0")},
        {"a duration without end", std::string("99999999999999999999h")},
        {"0", 0},
        {"-1", -1},
        {"65535", 65535},
        {"the largest number", std::numeric_limits<Poco::Int64>::max()},
        {"the smallest number", std::numeric_limits<Poco::Int64>::min()},
        {"1e308", 1e308},
        {"true", true},
        {"false", false},
        {"an empty list", Poco::JSON::Array::Ptr(new Poco::JSON::Array)},
        {"an empty object", Object::Ptr(new Object)},
    };
    return values;
}

} // namespace

VariedSettings::VariedSettings(const CheckerInfo& checker, std::string json, uint64_t seed)
    : checker_(checker),
      json_(std::move(json)),
      schema_(SettingsSchema(checker.settingsSchema).json()),
      random_(seed) {}

std::string VariedSettings::change(Object& object, const std::string& name, size_t choice) const {
    const auto& values = unusualValues();
    if (choice < values.size()) {
        object.set(name, values[choice].value);
        return "/" + name + " set to " + values[choice].what;
    }
    if (choice == values.size()) {
        object.remove(name);
        return "/" + name + " absent";
    }
    object.set(name, sampleOf(SchemaPlace(schema_).member(name)));
    return "/" + name + " as its schema suggests";
}

std::vector<Variation> VariedSettings::some(size_t most) {
    std::vector<std::pair<std::string, size_t>> changes; // of one member each
    for (const auto& name : SchemaPlace(schema_).memberNames()) {
        for (size_t choice = 0; choice < unusualValues().size() + 2; choice++) changes.emplace_back(name, choice);
    }
    std::ranges::shuffle(changes, random_);
    changes.resize(std::min(changes.size(), most));
    std::vector<Variation> found;
    const auto add = [&](const std::string& what, const std::string& json) {
        if (auto settings = settingsFromJson(json, checker_)) found.push_back({what, std::move(*settings)});
    };
    add("the settings as they are", json_);
    for (const auto& [name, choice] : changes) {
        auto object = parsedObject(json_);
        auto what = change(*object, name, choice);
        if (random_() % 4 == 0) { // and another one with it
            const auto& [other, itsChoice] = changes[random_() % changes.size()];
            add(what, jsonText(object));
            what += ", " + change(*object, other, itsChoice);
        }
        add(what, jsonText(object));
    }
    return found;
}

CheckSettings withCanaries(const CheckerInfo& checker, const CheckSettings& settings) {
    auto chosen = settings;
    const SchemaPlace root(SettingsSchema(checker.settingsSchema).json());
    for (const auto& name : root.memberNames()) {
        auto object = parsedObject(chosen.json);
        const bool given = object->has(name) && !object->get(name).toString().empty();
        if (!root.member(name).writeOnly() || given) continue;
        object->set(name, "canary-4711-" + name);
        if (auto more = settingsFromJson(jsonText(object), checker)) {
            more->secrets.insert(more->secrets.end(), chosen.secrets.begin(), chosen.secrets.end());
            chosen = std::move(*more);
        }
    }
    return chosen;
}

} // namespace probehost::authoring
