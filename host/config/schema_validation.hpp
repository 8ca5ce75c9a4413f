// A checker's settings schema, and what valijson says of settings under it.
#pragma once

#include <Poco/JSON/Object.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace probehost {

// The schema itself is broken: the fault of the plugin, not of the configuration.
struct SchemaFault : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// One complaint of the validator, before it is put into words.
struct SchemaFailure {
    enum class Kind {
        Value,   // the value itself: type, range, pattern, …
        Type,    // a value of another type
        Missing, // the member `name` is required
        Unknown, // some member is not allowed
        NoneOf,  // fits no branch of anyOf or oneOf
        TooMany, // fits more than one branch of oneOf
        Not,     // fits what it must not fit
        Outer    // says only that something inside is wrong
    };

    Kind kind = Kind::Value;
    std::vector<std::string> path; // member names and list positions
    std::string name;
};

class SettingsSchema {
  public:
    explicit SettingsSchema(const std::string& json); // throws SchemaFault
    // "" or why such a schema cannot be used.
    static std::string wrongWith(const std::string& json);
    ~SettingsSchema();
    SettingsSchema(const SettingsSchema&) = delete;
    SettingsSchema& operator=(const SettingsSchema&) = delete;

    const Poco::JSON::Object::Ptr& json() const { return json_; }
    // Empty: valid. Throws SchemaFault.
    std::vector<SchemaFailure> validate(const Poco::Dynamic::Var& settings) const;

  private:
    struct Compiled;

    Poco::JSON::Object::Ptr json_;
    std::unique_ptr<Compiled> compiled_;
};

} // namespace probehost
