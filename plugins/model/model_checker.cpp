// A model is up when whoever knows says that it is loaded; a run only repeats what is known.
#include <array>
#include <probehost/checker.hpp>

#include "model_schema.hpp"
#include "model_source.hpp"

namespace probehost {
namespace {

using namespace std::chrono_literals;

struct SettingOf {
    const char* key;
    const char* source;
};
constexpr std::array kSettings = {SettingOf{"path", "file"},      SettingOf{"key", "app"},
                                  SettingOf{"url", "server"},     SettingOf{"model", "server"},
                                  SettingOf{"dialect", "server"}, SettingOf{"api_key", "server"},
                                  SettingOf{"ca_file", "server"}, SettingOf{"poll_interval", "server"}};

void refuseSettingsOfOthers(const sdk::Settings& settings, const std::string& source) {
    for (const auto& [key, owner] : kSettings)
        if (source != owner && settings.find(key))
            throw sdk::ConfigError(std::string(key) + ": expected only with source: " + owner);
}

std::unique_ptr<ModelSource> makeSource(const sdk::Settings& settings) {
    const auto source = settings.text("source", "file");
    const auto label = settings.text("label", "Embedding model");
    refuseSettingsOfOthers(settings, source);
    if (source == "file") return makeFileSource(settings, label);
    if (source == "app") return makeAppSource(settings, label);
    if (source == "server") return makeServerSource(settings, label);
    throw sdk::ConfigError("source: expected file, app or server");
}

class ModelCheck {
  public:
    static constexpr auto info = sdk::Info("model", "Tells whether a machine learning model is loaded")
                                     .schema(kModelSchema)
                                     .about(kModelAbout)
                                     .local()
                                     .noIo()
                                     .probes(PH_PROBE_STARTED | PH_PROBE_READY)
                                     .timeout(1s)
                                     .interval(1s)
                                     .maxAge(1s);

    explicit ModelCheck(const sdk::Settings& settings) : source_(makeSource(settings)) {}
    sdk::Verdict check(const sdk::Run& run) { return source_->look(run); }

  private:
    std::unique_ptr<ModelSource> source_;
};

} // namespace
} // namespace probehost

PROBEHOST_PLUGIN("model", "0.1.0", probehost::ModelCheck)
