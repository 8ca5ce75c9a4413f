// Whether this system has anybody to trust: bare images come without the package ca-certificates.
#include "net/system_authorities.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <sstream>

namespace probehost::net {
namespace {

// OpenSSL looks for HASH.N only, whatever else lies there.
bool isHashed(const std::string& name) {
    constexpr size_t kHash = 8;
    return name.size() > kHash + 1 && name[kHash] == '.' &&
           std::all_of(name.begin(), name.begin() + kHash, [](unsigned char c) { return std::isxdigit(c) != 0; });
}

bool holdsCertificates(const std::string& directory) {
    std::error_code unreadable;
    const std::filesystem::directory_iterator entries(directory, unreadable);
    return std::any_of(begin(entries), end(entries),
                       [](const auto& entry) { return isHashed(entry.path().filename().string()); });
}

bool directoriesHoldCertificates() {
    const char* given = std::getenv(X509_get_default_cert_dir_env());
    std::istringstream list(given == nullptr ? X509_get_default_cert_dir() : given);
    for (std::string directory; std::getline(list, directory, ':');)
        if (holdsCertificates(directory)) return true;
    return false;
}

} // namespace

bool lacksAuthorities(const SSL_CTX* context) {
    const auto* const loaded = X509_STORE_get0_objects(SSL_CTX_get_cert_store(context));
    return sk_X509_OBJECT_num(loaded) <= 0 && !directoriesHoldCertificates();
}

std::string lackOfAuthorities(const std::string& setting) {
    const std::string advice = "no CA certificates on this system: install ca-certificates";
    return setting.empty() ? advice : advice + " or set " + setting;
}

} // namespace probehost::net
