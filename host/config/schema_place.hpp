// The schemas that speak about one place of a check's settings, for reading values and for explaining what is wrong.
#pragma once

#include <Poco/JSON/Object.h>

#include <string>
#include <vector>

namespace probehost {

// Whether settings are valid is not decided here; valijson does that.
class SchemaPlace {
  public:
    using Schema = Poco::JSON::Object::Ptr;

    // The place of the whole settings object.
    explicit SchemaPlace(const Schema& root);

    SchemaPlace member(const std::string& name) const;
    SchemaPlace item(std::size_t index) const;

    // "string", "integer", …; empty: anything goes.
    std::vector<std::string> types() const;
    // The first value that any schema here gives for a keyword, or an empty one.
    Poco::Dynamic::Var keyword(const std::string& name) const;
    // Names of the members that are spoken of.
    std::vector<std::string> memberNames() const;
    bool knowsMember(const std::string& name) const;
    // True when a schema requires the member whatever else is given.
    bool alwaysRequires(const std::string& name) const;
    // The branches of anyOf and oneOf.
    std::vector<Schema> alternatives() const;
    // True for a secret: here or above stands "writeOnly": true.
    bool writeOnly() const;

  private:
    SchemaPlace(Schema root, bool insideWriteOnly) : root_(std::move(root)), insideWriteOnly_(insideWriteOnly) {}

    // Adds a schema with all that it refers to: what always applies to sure_, what may apply to possible_.
    void add(const Poco::Dynamic::Var& schema, bool sure);
    void addList(const Poco::Dynamic::Var& schemas, bool sure);
    void addMember(const Schema& schema, bool sure, const std::string& name);
    void addItem(const Schema& schema, bool sure, std::size_t index);
    Poco::Dynamic::Var referred(const std::string& reference) const;
    std::vector<Schema> all() const;

    Schema root_;
    bool insideWriteOnly_ = false;
    std::vector<Schema> sure_;
    std::vector<Schema> possible_;
};

// The texts of a JSON array, or the one text; other values are left out.
std::vector<std::string> textsOf(const Poco::Dynamic::Var& value);

} // namespace probehost
