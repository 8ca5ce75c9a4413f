// Takes libpq's comma-separated lists of hosts apart.
#include <algorithm>
#include <charconv>

#include "postgres_settings.hpp"

namespace probehost {
namespace {

using sdk::ConfigError;

std::vector<std::string> split(const std::string& list) {
    std::vector<std::string> parts(1);
    for (const char letter : list) {
        if (letter == ',') {
            parts.emplace_back();
        } else {
            parts.back() += letter;
        }
    }
    return parts;
}

// A value of the list for host `index`; a list of one counts for all.
std::string pick(const std::vector<std::string>& list, size_t index, size_t count, const char* key) {
    if (list.size() != 1 && list.size() != count)
        throw ConfigError(std::string(key) + ": expected one, or as many as there are hosts");
    return list.size() == 1 ? list[0] : list[index];
}

uint16_t portOf(const std::string& text) {
    if (text.empty()) return 5432;
    uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc() || end != text.data() + text.size() || port == 0)
        throw ConfigError("port: expected a number from 1 to 65535");
    return port;
}

// An unencoded @ in a URI's password makes its end part of the host, and a host may be shown.
void checkName(const std::string& name) {
    const bool is_directory = !name.empty() && name[0] == '/';
    if (!is_directory && name.find_first_of("@/?# ") != std::string::npos)
        throw ConfigError("host: expected a name; in a URI, special characters of a password are percent-encoded");
}

} // namespace

std::vector<PostgresHost> splitHosts(const std::string& names, const std::string& addresses, const std::string& ports) {
    const auto name_list = split(names);
    const auto address_list = split(addresses);
    const auto port_list = split(ports);
    const size_t count = std::max(name_list.size(), address_list.size());
    std::vector<PostgresHost> hosts;
    for (size_t i = 0; i < count; i++) {
        PostgresHost host{pick(name_list, i, count, "host"), pick(address_list, i, count, "hostaddr"),
                          portOf(pick(port_list, i, count, "port"))};
        checkName(host.name);
        checkName(host.address);
        hosts.push_back(std::move(host));
    }
    return hosts;
}

} // namespace probehost
