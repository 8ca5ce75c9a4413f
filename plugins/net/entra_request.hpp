// How a workload asks for an Entra ID token where it runs, and what the answer means.
#pragma once

#include <optional>
#include <string>

#include "net/http_client.hpp"

namespace probehost::net {

struct EntraToken {
    std::string text;
    std::chrono::seconds lifetime;
};

// Immutable.
class EntraRequest {
  public:
    // Reads the environment; throws sdk::ConfigError naming a variable whose URL is none.
    EntraRequest(const std::string& resource, const std::string& client_id);

    // Reads the workload's assertion anew each time, since it rotates. Throws NetError when it cannot be read.
    HttpRequest make() const;
    const std::string& place() const { return place_; } // "workload identity", "IMDS", ...
    bool obeysProxy() const { return obeys_proxy_; }

  private:
    void useWorkloadIdentity(const std::string& resource, const std::string& client_id);
    void useAppService(const std::string& resource, const std::string& client_id);
    void useImds(const std::string& resource, const std::string& client_id);

    std::string place_;
    HttpRequest request_;
    std::string assertion_file_;
    bool obeys_proxy_ = false;
};

// Throws NetError whose detail holds no part of a token.
EntraToken readEntraToken(const HttpResponse& response);

} // namespace probehost::net
