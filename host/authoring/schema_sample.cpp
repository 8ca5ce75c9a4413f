// One keyword after the other, the author's own values first.
#include "authoring/schema_sample.hpp"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <algorithm>
#include <sstream>

namespace probehost::authoring {

namespace {

using Poco::Dynamic::Var;
using Poco::JSON::Array;
using Poco::JSON::Object;

constexpr Poco::Int64 longestSample = 4096;

// Empty when there is none.
Var authorsOwn(const SchemaPlace& place) {
    for (const auto* keyword : {"default", "const"}) {
        if (const auto value = place.keyword(keyword); !value.isEmpty()) return value;
    }
    for (const auto* keyword : {"examples", "enum"}) {
        const auto values = place.keyword(keyword);
        if (values.type() != typeid(Array::Ptr)) continue;
        const auto& array = values.extract<Array::Ptr>();
        if (array->size() > 0) return array->get(0);
    }
    return {};
}

Poco::Int64 number(const SchemaPlace& place, const char* keyword, Poco::Int64 absent) {
    const auto value = place.keyword(keyword);
    return value.isNumeric() ? value.convert<Poco::Int64>() : absent;
}

Var emptyOf(const SchemaPlace& place, const std::string& type) {
    if (type == "boolean") return false;
    if (type == "integer" || type == "number") return number(place, "minimum", 1);
    if (type == "array") return Array::Ptr(new Array);
    if (type == "null") return {};
    const auto length = std::clamp<Poco::Int64>(number(place, "minLength", 1), 1, longestSample);
    return std::string(static_cast<size_t>(length), 'x');
}

} // namespace

Var sampleOf(const SchemaPlace& place) {
    if (auto own = authorsOwn(place); !own.isEmpty()) return own;
    const auto types = place.types();
    const bool isObject = types.empty() ? !place.memberNames().empty() : types.front() == "object";
    if (!isObject) return emptyOf(place, types.empty() ? "string" : types.front());
    Object::Ptr object = new Object(Poco::JSON_PRESERVE_KEY_ORDER);
    for (const auto& name : place.memberNames()) {
        if (place.alwaysRequires(name)) object->set(name, sampleOf(place.member(name)));
    }
    return object;
}

std::string jsonText(const Var& value) {
    std::ostringstream out;
    Poco::JSON::Stringifier::stringify(value, out);
    return out.str();
}

} // namespace probehost::authoring
