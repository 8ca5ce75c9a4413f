// Whoever knows whether a model is loaded.
#pragma once

#include <memory>
#include <probehost/checker.hpp>
#include <string>

namespace probehost {

class ModelSource {
  public:
    virtual ~ModelSource() = default;
    // From memory, at once; only a one-shot run waits for what is not known yet.
    virtual sdk::Verdict look(const sdk::Run& run) = 0;
};

std::string notLoaded(const std::string& label);

// Each reads and verifies its own settings and throws sdk::ConfigError.
std::unique_ptr<ModelSource> makeFileSource(const sdk::Settings& settings, const std::string& label);
std::unique_ptr<ModelSource> makeAppSource(const sdk::Settings& settings, const std::string& label);
std::unique_ptr<ModelSource> makeServerSource(const sdk::Settings& settings, const std::string& label);

// The text of a setting that this source cannot do without.
std::string requiredSetting(const sdk::Settings& settings, const char* key, const char* expected);

} // namespace probehost
