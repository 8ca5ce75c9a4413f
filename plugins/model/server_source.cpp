// A model that a model server has: asked in the background, so that a run only repeats what was heard last.
#include <algorithm>

#include "latest_verdict.hpp"
#include "model_source.hpp"
#include "net/http_client.hpp"
#include "server_dialect.hpp"

namespace probehost {
namespace {

constexpr size_t kLongestServerAnswer = 1 << 20;

net::HttpUrl readBase(const sdk::Settings& settings, const std::string& dialect) {
    try {
        return serverBase(net::HttpUrl::parse(requiredSetting(settings, "url", "the model server's URL")), dialect);
    } catch (const net::UrlError& error) {
        throw sdk::ConfigError(std::string("url: ") + error.what());
    }
}

std::vector<std::string> readHeaders(const sdk::Settings& settings) {
    const auto key = settings.text("api_key");
    if (key.empty()) return {};
    if (std::any_of(key.begin(), key.end(), [](char c) { return c <= ' ' || c > '~'; }))
        throw sdk::ConfigError("api_key: expected a key without spaces, line ends or other unprintable characters");
    return {"Authorization: Bearer " + key};
}

sdk::milliseconds readInterval(const sdk::Settings& settings) {
    const auto interval = settings.duration("poll_interval", std::chrono::seconds(2));
    if (interval < std::chrono::milliseconds(100)) throw sdk::ConfigError("poll_interval: expected at least 100ms");
    return interval;
}

class ServerSource final : public ModelSource {
  public:
    ServerSource(const sdk::Settings& settings, const std::string& label)
        : label_(label),
          dialect_(settings.text("dialect", "openai")),
          model_(settings.text("model")),
          base_(readBase(settings, dialect_)),
          headers_(readHeaders(settings)),
          interval_(readInterval(settings)),
          questions_(questionsFor(dialect_, model_)),
          client_({.ca_file = settings.text("ca_file"), .obeys_proxy = true}),
          background_("model-server", [this](int stop_fd) { return askAgain(stop_fd); }) {}

    // Each round may take as long as the interval, so an answer older than three of them is none.
    sdk::Verdict look(const sdk::Run& run) override {
        background_.start();
        latest_.awaitFirst(run);
        if (auto verdict = latest_.within(3 * interval_)) return *verdict;
        return sdk::fail(latest_.published() ? "Model server: No answer" : notLoaded(label_), "not asked lately");
    }

  private:
    sdk::milliseconds askAgain(int stop_fd) {
        latest_.publish(answer(sdk::Deadline::in(interval_, stop_fd)));
        return interval_;
    }

    sdk::Verdict answer(const sdk::Deadline& deadline) {
        try {
            for (const auto& question : questions_)
                if (auto complaint = ask(question, deadline); complaint.status != PH_PASS) return complaint;
            return sdk::pass();
        } catch (const net::NetError& error) {
            return sdk::fail("Model server: " + error.message, error.detail);
        } catch (const sdk::Cancelled&) {
            return sdk::fail("Model server: No answer",
                             base_.peer() + ": silent for " + std::to_string(interval_.count()) + "ms");
        }
    }

    sdk::Verdict ask(const ServerQuestion& question, const sdk::Deadline& deadline) {
        net::HttpRequest request{.url = base_, .headers = headers_, .body_limit = kLongestServerAnswer};
        request.url.path += question.path;
        const auto response = client_.send(request, deadline);
        if (response.status != 200) return refusal(question, response.status);
        if (question.loaded == nullptr || question.loaded(response.whole().body, model_)) return sdk::pass();
        const auto missing = model_.empty() ? "no model" : "no model " + model_;
        return sdk::fail(notLoaded(label_), base_.peer() + " answers, but has " + missing + " ready");
    }

    sdk::Verdict refusal(const ServerQuestion& question, long status) const {
        const auto detail = base_.peer() + question.path + ": HTTP " + std::to_string(status);
        if (status == 401 || status == 403) return sdk::fail("Model server: Authentication failed", detail);
        const bool loading = status == 503 || (question.names_model && (status == 400 || status == 404));
        if (loading) return sdk::fail(notLoaded(label_), detail);
        return sdk::fail("Model server: Unexpected answer", detail + "; look at url and dialect if this goes on");
    }

    const std::string label_;
    const std::string dialect_;
    const std::string model_;
    const net::HttpUrl base_;
    const std::vector<std::string> headers_;
    const sdk::milliseconds interval_;
    const std::vector<ServerQuestion> questions_;
    net::HttpClient client_;
    LatestVerdict latest_;
    net::Background background_;
};

} // namespace

std::unique_ptr<ModelSource> makeServerSource(const sdk::Settings& settings, const std::string& label) {
    return std::make_unique<ServerSource>(settings, label);
}

} // namespace probehost
