// A model whose application says itself when it is loaded, through the host's notify socket or admin requests.
#include <probehost/ext/app_state.h>

#include "model_source.hpp"

namespace probehost {
namespace {

class AppSource final : public ModelSource {
  public:
    AppSource(const sdk::Settings& settings, const std::string& label)
        : label_(label),
          key_(requiredSetting(settings, "key", "the name under which the application reports its model")),
          host_(settings.host()),
          states_(settings.extension<ph_app_state_1>(PH_EXT_APP_STATE_1)) {}

    sdk::Verdict look(const sdk::Run& run) override {
        if (states_ == nullptr) return sdk::fail(notLoaded(label_), "this host takes no reports of applications");
        int64_t age_ms = 0;
        const auto state = states_->state(host_, key_.data(), key_.size(), &age_ms);
        if (state != PH_APP_YES && state != PH_APP_NO)
            return sdk::fail(notLoaded(label_), "the application has said nothing about " + key_ + " yet");
        run.fact("reported_age", static_cast<double>(age_ms), "ms");
        if (state == PH_APP_YES) return sdk::pass();
        return sdk::fail(notLoaded(label_), "the application says that " + key_ + " is not loaded");
    }

  private:
    const std::string label_;
    const std::string key_;
    const ph_host* host_;
    const ph_app_state_1* states_;
};

} // namespace

std::unique_ptr<ModelSource> makeAppSource(const sdk::Settings& settings, const std::string& label) {
    return std::make_unique<AppSource>(settings, label);
}

} // namespace probehost
