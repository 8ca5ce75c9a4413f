// How a workload asks for an Entra ID token where it runs, and what the answer means.
#include "net/entra_request.hpp"

#include <cstdlib>
#include <fstream>
#include <string_view>

namespace probehost::net {
namespace {

constexpr size_t kLongestAssertion = 64 * 1024;
constexpr const char* kAssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

std::string environment(const char* name, const char* absent = "") {
    const char* value = std::getenv(name);
    return value == nullptr || *value == '\0' ? absent : value;
}

bool isSet(const char* name) { return !environment(name).empty(); }

// A slash at the end stays: the endpoint is used as it was given.
HttpUrl urlFrom(const char* name, const std::string& text) {
    try {
        auto url = HttpUrl::parse(text);
        if (text.back() == '/') url.path += '/';
        return url;
    } catch (const UrlError& error) {
        throw sdk::ConfigError(std::string("environment variable ") + name + ": " + error.what());
    }
}

HttpUrl baseFrom(const char* name, const char* absent, const std::string& path) {
    auto text = environment(name, absent);
    while (!text.empty() && text.back() == '/') text.pop_back();
    return urlFrom(name, text + path);
}

std::string withoutTrailingSlash(std::string text) {
    if (!text.empty() && text.back() == '/') text.pop_back();
    return text;
}

std::string managedQuery(const char* version, const std::string& resource, const std::string& client_id) {
    std::string query = "api-version=";
    query.append(version).append("&resource=").append(percentEncoded(resource));
    return client_id.empty() ? query : query.append("&client_id=").append(percentEncoded(client_id));
}

std::string readAssertion(const std::string& path) {
    std::ifstream file(path);
    std::string text(kLongestAssertion, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<size_t>(file.gcount()));
    const auto first = text.find_first_not_of(" \r\n\t");
    if (first == std::string::npos)
        throw NetError("Entra token not available", "AZURE_FEDERATED_TOKEN_FILE is empty or cannot be read");
    return text.substr(first, text.find_last_not_of(" \r\n\t") - first + 1);
}

} // namespace

EntraRequest::EntraRequest(const std::string& resource, const std::string& client_id) {
    const bool has_client = !client_id.empty() || isSet("AZURE_CLIENT_ID");
    if (isSet("AZURE_FEDERATED_TOKEN_FILE") && isSet("AZURE_TENANT_ID") && has_client)
        useWorkloadIdentity(resource, client_id.empty() ? environment("AZURE_CLIENT_ID") : client_id);
    else if (isSet("IDENTITY_ENDPOINT") && isSet("IDENTITY_HEADER"))
        useAppService(resource, client_id);
    else
        useImds(resource, client_id);
}

void EntraRequest::useWorkloadIdentity(const std::string& resource, const std::string& client_id) {
    place_ = "workload identity";
    assertion_file_ = environment("AZURE_FEDERATED_TOKEN_FILE");
    obeys_proxy_ = true;
    const auto tenant = percentEncoded(environment("AZURE_TENANT_ID"));
    request_.url =
        baseFrom("AZURE_AUTHORITY_HOST", "https://login.microsoftonline.com", "/" + tenant + "/oauth2/v2.0/token");
    request_.form = "grant_type=client_credentials&client_id=" + percentEncoded(client_id) +
                    "&scope=" + percentEncoded(withoutTrailingSlash(resource) + "/.default") +
                    "&client_assertion_type=" + percentEncoded(kAssertionType) + "&client_assertion=";
}

void EntraRequest::useAppService(const std::string& resource, const std::string& client_id) {
    place_ = "managed identity endpoint";
    request_.url = urlFrom("IDENTITY_ENDPOINT", environment("IDENTITY_ENDPOINT"));
    request_.query = managedQuery("2019-08-01", resource, client_id);
    request_.headers = {"X-IDENTITY-HEADER: " + environment("IDENTITY_HEADER")};
}

void EntraRequest::useImds(const std::string& resource, const std::string& client_id) {
    place_ = "IMDS";
    request_.url =
        baseFrom("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://169.254.169.254", "/metadata/identity/oauth2/token");
    request_.query = managedQuery("2018-02-01", resource, client_id);
    request_.headers = {"Metadata: true"};
}

HttpRequest EntraRequest::make() const {
    auto request = request_;
    if (request.form) *request.form += percentEncoded(readAssertion(assertion_file_));
    return request;
}

} // namespace probehost::net
