// Settings that a host could give a checker, made up from its schema: valid, and unusual.
#pragma once

#include <Poco/JSON/Object.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "plugin/check_settings.hpp"
#include "plugin/checker_info.hpp"

namespace probehost::authoring {

struct Variation {
    std::string what; // such as "/url set to 4096 letters"
    CheckSettings settings;
};

class VariedSettings {
  public:
    // `json`: settings that the schema accepts. The same seed gives the same variations.
    VariedSettings(const CheckerInfo& checker, std::string json, uint64_t seed);

    // The given settings, and what the schema accepts of up to `most` changes of one member and some of two: all
    // changes when there are no more.
    std::vector<Variation> some(size_t most);

  private:
    // In words what was done.
    std::string change(Poco::JSON::Object& object, const std::string& name, size_t choice) const;

    const CheckerInfo& checker_;
    const std::string json_;
    const Poco::JSON::Object::Ptr schema_;
    std::mt19937_64 random_;
};

// The same settings, with a text that nobody else says in every secret member that has none and takes one.
CheckSettings withCanaries(const CheckerInfo& checker, const CheckSettings& settings);

} // namespace probehost::authoring
