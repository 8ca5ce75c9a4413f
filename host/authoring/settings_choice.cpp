// Everything goes the way of a configuration's settings, so that a checker sees what a host would give it.
#include "authoring/settings_choice.hpp"

#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include "authoring/schema_sample.hpp"
#include "config/config_document.hpp"
#include "config/expansion.hpp"
#include "config/schema_validation.hpp"
#include "config/schema_wording.hpp"
#include "config/with_settings.hpp"
#include "config/yaml_reader.hpp"

namespace probehost::authoring {

namespace {

std::optional<CheckSettings> validated(const ConfigNode& with, const std::string& file, const CheckerInfo& checker,
                                       Diagnostics& diagnostics) {
    if (!with.isMap() && with.kind != ConfigNode::Kind::Nothing) {
        diagnostics.error({file, with.line}, "", "expected a map of settings, found " + kindInWords(with));
        return std::nullopt;
    }
    try {
        const SettingsSchema schema(checker.settingsSchema);
        const SchemaPlace root(schema.json());
        auto read = withSettings(with, root);
        diagnostics.mask(read.settings.secrets);
        for (const auto& [line, key, message] : inWords(schema.validate(read.json), with, root))
            diagnostics.error({file, line}, key, message);
        return std::move(read.settings);
    } catch (const SchemaFault& fault) {
        diagnostics.error({file}, "", "the settings schema of " + checker.name + " cannot be used: " + fault.what());
    }
    return std::nullopt;
}

// "" when the author gave none.
std::string exampleOf(const CheckerInfo& checker) {
    try {
        if (checker.infoJson.empty()) return "";
        const auto about = Poco::JSON::Parser().parse(checker.infoJson).extract<Poco::JSON::Object::Ptr>();
        return about->has("example") ? jsonText(about->get("example")) : "";
    } catch (const Poco::Exception&) {
        return "";
    }
}

// In an example ${NAME} stands for what a user would have; where this environment has it not, it stays as it is.
std::optional<CheckSettings> settingsFromExample(const std::string& json, const CheckerInfo& checker) {
    Diagnostics unread;
    auto root = readYaml(json, "example", unread);
    if (!root) return std::nullopt;
    Diagnostics unset;
    expand(*root, "example", unset);
    Diagnostics complaints;
    auto settings = validated(*root, "example", checker, complaints);
    if (complaints.hasErrors()) return std::nullopt;
    return settings;
}

std::string leastSettings(const CheckerInfo& checker) {
    try {
        return jsonText(sampleOf(SchemaPlace(SettingsSchema(checker.settingsSchema).json())));
    } catch (const SchemaFault&) {
        return "{}";
    }
}

} // namespace

std::optional<CheckSettings> readSettingsFile(const std::string& file, const CheckerInfo& checker,
                                              Diagnostics& diagnostics) {
    const auto root = file.empty() ? ConfigNode() : readDocument(file, diagnostics);
    if (!root) return std::nullopt;
    auto settings = validated(*root, file.empty() ? "settings (none were given)" : file, checker, diagnostics);
    if (diagnostics.hasErrors()) return std::nullopt;
    return settings;
}

std::optional<CheckSettings> settingsFromJson(const std::string& json, const CheckerInfo& checker) {
    Diagnostics complaints;
    const auto root = readYaml(json, "settings", complaints);
    if (!root) return std::nullopt;
    auto settings = validated(*root, "settings", checker, complaints);
    if (complaints.hasErrors()) return std::nullopt;
    return settings;
}

bool exampleFits(const CheckerInfo& checker) {
    const auto example = exampleOf(checker);
    return example.empty() || settingsFromExample(example, checker);
}

CheckSettings chooseSettings(const std::string& file, const CheckerInfo& checker) {
    if (!file.empty()) {
        Diagnostics diagnostics;
        if (auto settings = readSettingsFile(file, checker, diagnostics)) return *settings;
        throw NoSettings("the settings of " + file + " are not fit for the checker " + checker.name);
    }
    if (const auto example = exampleOf(checker); !example.empty()) {
        if (auto settings = settingsFromExample(example, checker)) return *settings;
    }
    if (auto settings = settingsFromJson(leastSettings(checker), checker)) return *settings;
    throw NoSettings("neither an example nor the schema of " + checker.name + " gives settings: give some with --with");
}

} // namespace probehost::authoring
