// The one place that knows valijson, and the texts by which it tells its complaints apart.
#include "config/schema_validation.hpp"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Parser.h>

#include <array>
#include <string_view>
#include <valijson/adapters/poco_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

namespace probehost {

namespace {

using Kind = SchemaFailure::Kind;
using Poco::Dynamic::Var;
using Poco::JSON::Array;
using Poco::JSON::Object;

struct Saying {
    std::string_view begin;
    Kind kind;
};

constexpr std::array sayings = {
    Saying{"Missing required property '", Kind::Missing},
    Saying{"Missing dependency '", Kind::Missing},
    Saying{"Object contains a property", Kind::Unknown},
    Saying{"Value type not permitted", Kind::Type},
    Saying{"Failed to validate against any", Kind::NoneOf},
    Saying{"Failed to validate against exactly one", Kind::TooMany},
    Saying{"Target should not validate", Kind::Not},
    Saying{"Failed to validate", Kind::Outer},
};

Kind kindOf(std::string_view description) {
    for (const auto& saying : sayings) {
        if (description.starts_with(saying.begin)) return saying.kind;
    }
    return Kind::Value;
}

std::string quotedName(const std::string& description) {
    const auto begin = description.find('\'');
    const auto end = description.rfind('\'');
    return begin < end ? description.substr(begin + 1, end - begin - 1) : "";
}

SchemaFailure failureFrom(const valijson::ValidationResults::Error& error) {
    SchemaFailure failure;
    failure.kind = kindOf(error.description);
    if (failure.kind == Kind::Missing) failure.name = quotedName(error.description);
    for (std::size_t i = 1; i < error.context.size(); ++i) {
        const auto& part = error.context[i]; // "[name]"
        failure.path.push_back(part.substr(1, part.size() - 2));
    }
    return failure;
}

void dropFormats(const Var& schema);

void dropFormatsOfAll(const Var& schemas) {
    if (schemas.type() == typeid(Array::Ptr)) {
        for (const auto& schema : *schemas.extract<Array::Ptr>()) dropFormats(schema);
    } else if (schemas.type() == typeid(Object::Ptr)) {
        for (const auto& [name, schema] : *schemas.extract<Object::Ptr>()) dropFormats(schema);
    }
}

// valijson's "format" throws on values that are no text, and draft 7 has it as a mere annotation.
void dropFormats(const Var& schema) {
    if (schema.type() != typeid(Object::Ptr)) return;
    auto object = schema.extract<Object::Ptr>();
    object->remove("format");
    for (const auto* schemas : {"properties", "patternProperties", "definitions", "allOf", "anyOf", "oneOf"}) {
        dropFormatsOfAll(object->get(schemas));
    }
    for (const auto* one :
         {"items", "additionalItems", "additionalProperties", "contains", "not", "if", "then", "else"}) {
        const auto value = object->get(one);
        value.type() == typeid(Array::Ptr) ? dropFormatsOfAll(value) : dropFormats(value);
    }
}

} // namespace

struct SettingsSchema::Compiled {
    valijson::Schema schema;
};

SettingsSchema::SettingsSchema(const std::string& json) : compiled_(std::make_unique<Compiled>()) {
    try {
        json_ = Poco::JSON::Parser().parse(json).extract<Object::Ptr>();
        dropFormats(json_);
        const valijson::adapters::PocoJsonAdapter adapter{Var(json_)};
        valijson::SchemaParser(valijson::SchemaParser::kDraft7).populateSchema(adapter, compiled_->schema);
    } catch (const Poco::BadCastException&) {
        throw SchemaFault("expected a JSON object");
    } catch (const Poco::Exception& wrong) {
        throw SchemaFault(wrong.displayText());
    } catch (const std::exception& wrong) {
        throw SchemaFault(wrong.what());
    }
}

SettingsSchema::~SettingsSchema() = default;

std::string SettingsSchema::wrongWith(const std::string& json) {
    try {
        (void)SettingsSchema(json).validate(Var(Object::Ptr(new Object)));
    } catch (const SchemaFault& fault) {
        return fault.what();
    }
    return "";
}

std::vector<SchemaFailure> SettingsSchema::validate(const Var& settings) const {
    std::vector<SchemaFailure> failures;
    try {
        valijson::ValidationResults results;
        const valijson::adapters::PocoJsonAdapter adapter(settings);
        if (valijson::Validator().validate(compiled_->schema, adapter, &results)) return failures;
        for (const auto& error : results) failures.push_back(failureFrom(error));
        if (failures.empty()) failures.push_back({Kind::Outer, {}, ""});
    } catch (const std::exception& wrong) {
        throw SchemaFault(wrong.what());
    }
    return failures;
}

} // namespace probehost
