// What all TLS connections of one check share: whom it trusts and who it is.
#include <openssl/err.h>

#include "net/system_authorities.hpp"
#include "net/tls.hpp"

namespace probehost::net {
namespace {

// The error queue belongs to the thread, so a failure must leave it empty for the next user.
[[noreturn]] void refuse(const TlsSettings& settings, const char* key, const char* expected) {
    ERR_clear_error();
    throw sdk::ConfigError(settings.path + key + ": expected " + expected);
}

void trust(SSL_CTX* context, const TlsSettings& settings) {
    if (SSL_CTX_load_verify_locations(context, settings.ca_file.c_str(), nullptr) != 1)
        refuse(settings, "ca_file", "a readable file of PEM certificates");
}

// A key that asks for a passphrase would make OpenSSL read the terminal.
int noPassphrase(char*, int, int, void*) { return 0; }

void identify(SSL_CTX* context, const TlsSettings& settings) {
    if (settings.cert_file.empty()) {
        if (!settings.key_file.empty()) refuse(settings, "key_file", "a cert_file beside it");
        return;
    }
    SSL_CTX_set_default_passwd_cb(context, noPassphrase);
    if (SSL_CTX_use_certificate_chain_file(context, settings.cert_file.c_str()) != 1)
        refuse(settings, "cert_file", "a readable file of PEM certificates");
    const auto& key = settings.key_file.empty() ? settings.cert_file : settings.key_file;
    if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1)
        refuse(settings, "key_file", "a readable PEM key without passphrase that belongs to cert_file");
}

} // namespace

TlsContext::TlsContext(const TlsSettings& settings)
    : context_(SSL_CTX_new(TLS_client_method())),
      ca_setting_(settings.path + "ca_file"),
      trusts_(!settings.ca_file.empty()) {
    SSL_CTX* context = context_.get();
    if (context == nullptr) refuse(settings, "ca_file", "memory for a TLS context");
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE);
    if (trusts_) trust(context, settings);
    identify(context, settings);
}

// What could not be read this time, for want of descriptors perhaps, may be there the next time.
void TlsContext::trustTheSystem() {
    SSL_CTX_set_default_verify_paths(context_.get());
    trusts_ = !lacksAuthorities(context_.get());
    advice_ = trusts_ ? "" : lackOfAuthorities(ca_setting_);
}

SSL* TlsContext::newSession() {
    if (!trusts_) trustTheSystem();
    return SSL_new(context_.get());
}

} // namespace probehost::net
