// Azure OpenAI is up when it answers a GET of its models list with 200: that costs no tokens and needs the credentials.
#include <algorithm>
#include <optional>
#include <probehost/checker.hpp>
#include <string>

#include "net/entra.hpp"
#include "net/http_client.hpp"
#include "openai_answer.hpp"
#include "openai_schema.hpp"
#include "openai_settings.hpp"

namespace {

using namespace std::chrono_literals;
namespace net = probehost::net;
namespace sdk = probehost::sdk;

constexpr auto kResource = "https://cognitiveservices.azure.com";
constexpr sdk::milliseconds kLongestSilence = 1h;

class AzureOpenAiCheck {
  public:
    static constexpr auto info = sdk::Info("azure-openai", "Lists the models of an Azure OpenAI resource")
                                     .schema(probehost::kOpenAiSchema)
                                     .about(probehost::kOpenAiAbout)
                                     .timeout(4s)
                                     .interval(30s)
                                     .maxAge(30s);

    explicit AzureOpenAiCheck(const sdk::Settings& settings)
        : settings_(probehost::OpenAiSettings::from(settings)),
          client_({.ca_file = settings_.ca_file, .obeys_proxy = true}) {
        if (settings_.entra) tokens_.emplace(kResource, settings_.client_id);
    }

    sdk::Verdict check(sdk::Run& run) {
        if (!settings_.complete())
            return sdk::fail("Azure OpenAI credentials not configured", "endpoint, or api_key, is empty or absent");
        if (const auto left = silenceLeft(); left.count() > 0) return repeated(left);
        const auto request_deadline = run.within(settings_.request_timeout);
        try {
            return ask(run, request_deadline);
        } catch (const net::NetError& error) {
            return sdk::fail(error.message, error.detail);
        } catch (const sdk::Cancelled&) {
            if (run.passed() || !request_deadline.passed()) throw;
            return sdk::fail("Azure OpenAI timeout after " + probehost::spokenDuration(settings_.request_timeout),
                             settings_.list->url.peer() + " gave no complete answer in this time");
        }
    }

  private:
    sdk::Verdict ask(const sdk::Run& run, const sdk::Deadline& deadline) {
        const auto token = tokens_ ? tokens_->token(deadline) : std::string();
        const auto credential = tokens_ ? "Authorization: Bearer " + token : "api-key: " + settings_.api_key;
        const auto& [url, query] = *settings_.list;
        const auto response = client_.send({.url = url, .query = query, .headers = {credential}}, deadline);
        run.fact("http_status", static_cast<double>(response.status));
        const auto id = probehost::openAiRequestId(response, settings_);
        if (!id.empty()) run.fact("apim_request_id", id);
        if (response.status == 401 && tokens_) tokens_->refused(token);
        auto verdict = probehost::openAiVerdict(response, settings_);
        if (response.status != 200) keepSilent(response, verdict);
        return verdict;
    }

    void keepSilent(const net::HttpResponse& response, const sdk::Verdict& verdict) {
        const auto asked = response.retryAfter();
        if (!asked) return;
        silent_until_ = sdk::Deadline::in(std::min(*asked, kLongestSilence));
        last_ = verdict;
    }

    sdk::milliseconds silenceLeft() const { return silent_until_.remaining(); }

    // The service said when it wants to be asked again; until then what it said stands.
    sdk::Verdict repeated(sdk::milliseconds left) const {
        auto verdict = last_;
        verdict.detail += "; not asked again for " + std::to_string(left.count()) + "ms, as Retry-After wants it";
        return verdict;
    }

    const probehost::OpenAiSettings settings_;
    net::HttpClient client_;
    std::optional<net::TokenSource> tokens_;
    sdk::Deadline silent_until_{0, -1};
    sdk::Verdict last_;
};

} // namespace

PROBEHOST_PLUGIN("azure-openai", "0.1.0", AzureOpenAiCheck)
