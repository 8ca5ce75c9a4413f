// One member is changed, added or taken away; the checker's schema then has the last word.
#include "authoring/varied_settings.hpp"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

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
    constexpr size_t many = 65536;
    static const std::vector<UnusualValue> values = {
        {"empty text", std::string()},
        {"65536 letters", std::string(many, 'a')},
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
    : checker_(checker), json_(std::move(json)), random_(seed) {}

std::vector<Variation> VariedSettings::some(size_t tries) {
    std::vector<Variation> found;
    const auto add = [&](const std::string& what, const std::string& json) {
        if (auto settings = settingsFromJson(json, checker_)) found.push_back({what, std::move(*settings)});
    };
    add("the settings as they are", json_);
    const SchemaPlace root(SettingsSchema(checker_.settingsSchema).json());
    const auto names = root.memberNames();
    for (size_t i = 0; i < tries && !names.empty(); i++) {
        const auto& name = names[random_() % names.size()];
        auto object = parsedObject(json_);
        const auto& choices = unusualValues();
        const auto choice = random_() % (choices.size() + 2);
        if (choice == choices.size()) {
            object->remove(name);
            add("/" + name + " absent", jsonText(object));
        } else if (choice > choices.size()) {
            object->set(name, sampleOf(root.member(name)));
            add("/" + name + " as its schema suggests", jsonText(object));
        } else {
            object->set(name, choices[choice].value);
            add("/" + name + " set to " + choices[choice].what, jsonText(object));
        }
    }
    return found;
}

CheckSettings withCanaries(const CheckerInfo& checker, const CheckSettings& settings) {
    auto chosen = settings;
    const SchemaPlace root(SettingsSchema(checker.settingsSchema).json());
    for (const auto& name : root.memberNames()) {
        auto object = parsedObject(chosen.json);
        const bool given = object->has(name) && object->get(name).toString() != "";
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
