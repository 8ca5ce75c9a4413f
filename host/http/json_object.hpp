// An object of JSON with any number of members, in the order in which they come, and each a text already.
//
// Poco's own object looks through all of its members to add one, where they are to keep their order.
#pragma once

#include <Poco/JSON/Object.h>
#include <Poco/JSON/Stringifier.h>

#include <sstream>
#include <string>
#include <string_view>

namespace probehost {

inline std::string jsonText(const Poco::JSON::Object::Ptr& object) {
    std::ostringstream out;
    object->stringify(out);
    return out.str();
}

// "name":value
inline std::string jsonMember(const std::string& name, const std::string& value) {
    std::ostringstream out;
    Poco::JSON::Stringifier::formatString(name, out, Poco::JSON_WRAP_STRINGS);
    return out.str() + ":" + value;
}

class JsonObject {
  public:
    JsonObject() = default;
    explicit JsonObject(const Poco::JSON::Object::Ptr& object) : text_(jsonText(object)) { text_.pop_back(); }

    void add(std::string_view member) {
        if (text_.size() > 1) text_ += ',';
        text_ += member;
    }
    void add(const std::string& name, const std::string& value) { add(jsonMember(name, value)); }

    std::size_t size() const { return text_.size() + 1; }
    std::string text() const { return text_ + '}'; }

  private:
    std::string text_ = "{";
};

} // namespace probehost
