#include "servicebus/credential.hpp"

#include "net/entra.hpp"
#include "servicebus/failure.hpp"
#include "servicebus/sas_token.hpp"

namespace probehost::servicebus {
namespace {

using std::chrono::minutes;

constexpr auto kSasType = "servicebus.windows.net:sastoken";
constexpr auto kLife = minutes(60);
constexpr auto kRenewal = minutes(45);

class SharedKey final : public Credential {
  public:
    SharedKey(std::string name, std::string key) : name_(std::move(name)), key_(std::move(key)) {}

    Token token(const std::string& audience, const sdk::Deadline&) override {
        const auto now = Clock::now();
        return {sasToken(name_, key_, audience, Clock::to_time_t(now + kLife)), kSasType, now + kRenewal};
    }

  private:
    std::string name_;
    std::string key_;
};

// Nobody can renew it: when it has ended, that is the answer, and the service need not be asked.
class ReadyMadeToken final : public Credential {
  public:
    explicit ReadyMadeToken(std::string text) : text_(std::move(text)) {
        const auto expiry = sasExpiry(text_);
        if (!expiry || text_.rfind("SharedAccessSignature ", 0) != 0) {
            throw sdk::ConfigError(
                "connection_string: expected SharedAccessSignature to be 'SharedAccessSignature "
                "sr=...&sig=...&se=...&skn=...'");
        }
        expiry_ = Clock::from_time_t(*expiry);
    }

    Token token(const std::string&, const sdk::Deadline&) override {
        if (Clock::now() >= expiry_) throw Failure(PH_FAIL, "Token expired", "the shared access signature has expired");
        return {text_, kSasType, expiry_};
    }

  private:
    std::string text_;
    Clock::time_point expiry_;
};

// Renewed behind our back, so it is asked for every time, and only a new one is put.
class Entra final : public Credential {
  public:
    explicit Entra(const std::string& client_id) : source_("https://servicebus.azure.net/", client_id) {}

    Token token(const std::string&, const sdk::Deadline& deadline) override {
        return {source_.token(deadline), "jwt", Clock::now()};
    }
    void refused(const Token& token) override { source_.refused(token.text); }

  private:
    net::TokenSource source_;
};

} // namespace

std::unique_ptr<Credential> entra(const std::string& client_id) { return std::make_unique<Entra>(client_id); }

std::unique_ptr<Credential> sharedAccess(const ConnectionString& given) {
    if (given.token.empty()) return std::make_unique<SharedKey>(given.key_name, given.key);
    return std::make_unique<ReadyMadeToken>(given.token);
}

} // namespace probehost::servicebus
