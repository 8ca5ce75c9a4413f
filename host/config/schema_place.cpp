// Following a JSON Schema (draft 7) along a path, through $ref and the keywords that combine schemas.
#include "config/schema_place.hpp"

#include <Poco/JSON/Array.h>
#include <Poco/NumberParser.h>
#include <Poco/StringTokenizer.h>
#include <Poco/URI.h>

#include <algorithm>
#include <regex>

namespace probehost {

namespace {

using Poco::Dynamic::Var;
using Poco::JSON::Array;
using Poco::JSON::Object;

constexpr std::size_t maxSchemas = 64; // of one place: references may go round in circles

bool isObject(const Var& value) { return value.type() == typeid(Object::Ptr); }
bool isArray(const Var& value) { return value.type() == typeid(Array::Ptr); }

bool fitsPattern(const std::string& name, const std::string& pattern) {
    try {
        return std::regex_search(name, std::regex(pattern));
    } catch (const std::regex_error&) {
        return false;
    }
}

std::string unescaped(std::string part) {
    for (const auto& [from, to] : {std::pair{"~1", "/"}, std::pair{"~0", "~"}}) {
        for (auto at = part.find(from); at != std::string::npos; at = part.find(from, at + 1)) part.replace(at, 2, to);
    }
    return part;
}

std::string typeOf(const Var& value) {
    if (value.isEmpty()) return "null";
    if (value.isString()) return "string";
    if (value.isBoolean()) return "boolean";
    if (value.isInteger()) return "integer";
    if (value.isNumeric()) return "number";
    return isArray(value) ? "array" : "object";
}

} // namespace

std::vector<std::string> textsOf(const Var& value) {
    if (value.isString()) return {value.extract<std::string>()};
    std::vector<std::string> texts;
    if (!isArray(value)) return texts;
    for (const auto& one : *value.extract<Array::Ptr>()) {
        if (one.isString()) texts.push_back(one.extract<std::string>());
    }
    return texts;
}

SchemaPlace::SchemaPlace(const Schema& root) : root_(root) { add(root, true); }

void SchemaPlace::add(const Var& schema, bool sure) {
    if (!isObject(schema)) return;
    const auto& object = schema.extract<Schema>();
    const auto known = all();
    if (known.size() >= maxSchemas || std::find(known.begin(), known.end(), object) != known.end()) return;
    (sure ? sure_ : possible_).push_back(object);
    if (const auto reference = object->get("$ref"); reference.isString()) add(referred(reference), sure);
    addList(object->get("allOf"), sure);
    addList(object->get("anyOf"), false);
    addList(object->get("oneOf"), false);
    for (const auto* branch : {"then", "else"}) add(object->get(branch), false);
}

void SchemaPlace::addList(const Var& schemas, bool sure) {
    if (!isArray(schemas)) return;
    for (const auto& schema : *schemas.extract<Array::Ptr>()) add(schema, sure);
}

Var SchemaPlace::referred(const std::string& reference) const {
    if (!reference.starts_with("#")) return {};
    std::string pointer;
    Poco::URI::decode(reference.substr(1), pointer);
    Var at = root_;
    for (const auto& part : Poco::StringTokenizer(pointer, "/", Poco::StringTokenizer::TOK_IGNORE_EMPTY)) {
        if (!isObject(at)) return {};
        at = at.extract<Schema>()->get(unescaped(part));
    }
    return at;
}

void SchemaPlace::addMember(const Schema& schema, bool sure, const std::string& name) {
    const auto properties = schema->getObject("properties");
    bool spokenOf = !properties.isNull() && properties->has(name);
    if (spokenOf) add(properties->get(name), sure);
    if (const auto patterns = schema->getObject("patternProperties"); !patterns.isNull()) {
        for (const auto& [pattern, value] : *patterns) {
            if (!fitsPattern(name, pattern)) continue;
            add(value, sure);
            spokenOf = true;
        }
    }
    if (!spokenOf) add(schema->get("additionalProperties"), sure);
}

void SchemaPlace::addItem(const Schema& schema, bool sure, std::size_t index) {
    const auto items = schema->get("items");
    if (!isArray(items)) {
        add(items, sure);
    } else if (const auto& list = items.extract<Array::Ptr>(); index < list->size()) {
        add(list->get(static_cast<unsigned>(index)), sure);
    } else {
        add(schema->get("additionalItems"), sure);
    }
}

SchemaPlace SchemaPlace::member(const std::string& name) const {
    SchemaPlace place(root_, writeOnly());
    for (const auto& schema : sure_) place.addMember(schema, true, name);
    for (const auto& schema : possible_) place.addMember(schema, false, name);
    return place;
}

SchemaPlace SchemaPlace::item(std::size_t index) const {
    SchemaPlace place(root_, writeOnly());
    for (const auto& schema : sure_) place.addItem(schema, true, index);
    for (const auto& schema : possible_) place.addItem(schema, false, index);
    return place;
}

std::vector<SchemaPlace::Schema> SchemaPlace::all() const {
    auto schemas = sure_;
    schemas.insert(schemas.end(), possible_.begin(), possible_.end());
    return schemas;
}

std::vector<std::string> SchemaPlace::types() const {
    std::vector<std::string> types;
    const auto note = [&](const std::string& type) {
        if (std::find(types.begin(), types.end(), type) == types.end()) types.push_back(type);
    };
    for (const auto& schema : all()) {
        for (const auto& type : textsOf(schema->get("type"))) note(type);
    }
    if (!types.empty()) return types;
    for (const auto& schema : all()) {
        if (schema->has("const")) note(typeOf(schema->get("const")));
        if (const auto values = schema->getArray("enum"); !values.isNull()) {
            for (const auto& value : *values) note(typeOf(value));
        }
    }
    return types;
}

Var SchemaPlace::keyword(const std::string& name) const {
    for (const auto& schema : all()) {
        if (schema->has(name)) return schema->get(name);
    }
    return {};
}

std::vector<std::string> SchemaPlace::memberNames() const {
    std::vector<std::string> names;
    for (const auto& schema : all()) {
        const auto properties = schema->getObject("properties");
        if (properties.isNull()) continue;
        for (const auto& [name, ignored] : *properties) {
            if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
        }
    }
    return names;
}

bool SchemaPlace::knowsMember(const std::string& name) const {
    const auto schemas = all();
    return std::any_of(schemas.begin(), schemas.end(), [&](const Schema& schema) {
        const auto properties = schema->getObject("properties");
        if (!properties.isNull() && properties->has(name)) return true;
        const auto patterns = schema->getObject("patternProperties");
        return !patterns.isNull() && std::any_of(patterns->begin(), patterns->end(),
                                                 [&](const auto& pattern) { return fitsPattern(name, pattern.first); });
    });
}

bool SchemaPlace::alwaysRequires(const std::string& name) const {
    return std::any_of(sure_.begin(), sure_.end(), [&](const Schema& schema) {
        const auto required = textsOf(schema->get("required"));
        return std::find(required.begin(), required.end(), name) != required.end();
    });
}

std::vector<SchemaPlace::Schema> SchemaPlace::alternatives() const {
    std::vector<Schema> branches;
    for (const auto& schema : sure_) {
        for (const auto* keyword : {"anyOf", "oneOf"}) {
            const auto list = schema->getArray(keyword);
            if (list.isNull()) continue;
            for (const auto& branch : *list) {
                if (isObject(branch)) branches.push_back(branch.extract<Schema>());
            }
        }
    }
    return branches;
}

bool SchemaPlace::writeOnly() const {
    if (insideWriteOnly_) return true;
    const auto schemas = all();
    return std::any_of(schemas.begin(), schemas.end(), [](const Schema& schema) {
        const auto value = schema->get("writeOnly");
        return value.isBoolean() && value.convert<bool>();
    });
}

} // namespace probehost
