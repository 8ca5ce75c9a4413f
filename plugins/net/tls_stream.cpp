// One TLS session. OpenSSL reads and writes memory only; the socket's own waits move the bytes.
#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "net/tls.hpp"

namespace probehost::net {
namespace {

constexpr size_t kChunk = 16 * 1024;
constexpr auto kNotTrusted = "TLS certificate not trusted";

bool isAddress(const std::string& name) {
    char parsed[sizeof(in6_addr)];
    return inet_pton(AF_INET, name.c_str(), parsed) == 1 || inet_pton(AF_INET6, name.c_str(), parsed) == 1;
}

const char* certificateProblem(long result) {
    switch (result) {
        case X509_V_ERR_CERT_HAS_EXPIRED:
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return "TLS certificate expired";
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH:
            return "TLS certificate does not match";
        default:
            return kNotTrusted;
    }
}

struct Reason {
    int code;
    std::string text;
};

// The oldest error is the cause; the queue belongs to the thread and is left empty for its next user.
Reason opensslReason() {
    const unsigned long code = ERR_get_error();
    const char* text = code == 0 ? nullptr : ERR_reason_error_string(code);
    ERR_clear_error();
    return {ERR_GET_REASON(code), std::string("TLS: ") + (text == nullptr ? "no reason given" : text)};
}

// With TLS 1.3 the server judges our certificate after our handshake is done, so its alert comes with the first read.
const char* alertProblem(int reason) {
    switch (reason) {
        case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
            return "TLS client certificate required";
        case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
        case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
        case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
        case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
            return "TLS client certificate refused";
        default:
            return nullptr;
    }
}

// Without an authority every chain ends at an unknown one, but a wrong name and an end of validity are what they are.
std::string detailOf(long verified, const std::string& advice) {
    const std::string reason = std::string("TLS: ") + X509_verify_cert_error_string(verified);
    const bool untrusted = certificateProblem(verified) == std::string_view(kNotTrusted);
    return untrusted && !advice.empty() ? reason + "; " + advice : reason;
}

NetError tlsFailure(const SSL* session, const std::string& advice) {
    const long verified = SSL_get_verify_result(session);
    const auto [code, text] = opensslReason();
    if (verified != X509_V_OK) return {certificateProblem(verified), detailOf(verified, advice)};
    if (const char* problem = alertProblem(code)) return {problem, text};
    return {SSL_is_init_finished(session) ? "Unexpected answer" : "TLS handshake failed", text};
}

} // namespace

TlsStream::TlsStream(Socket socket, TlsContext& context, const std::string& server_name, const sdk::Deadline& deadline)
    : socket_(std::move(socket)), session_(context.newSession()), advice_(context.advice()) {
    if (!session_) throw NetError("TLS handshake failed", opensslReason().text);
    SSL_set_bio(session_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    expect(server_name);
    handshake(deadline);
}

void TlsStream::expect(const std::string& server_name) {
    X509_VERIFY_PARAM* wanted = SSL_get0_param(session_.get());
    const bool known = isAddress(server_name)
                           ? X509_VERIFY_PARAM_set1_ip_asc(wanted, server_name.c_str()) == 1
                           : !server_name.empty() &&
                                 SSL_set_tlsext_host_name(session_.get(), server_name.c_str()) == 1 &&
                                 X509_VERIFY_PARAM_set1_host(wanted, server_name.c_str(), server_name.size()) == 1;
    if (!known) throw NetError("TLS handshake failed", "TLS: the server's name cannot be verified");
    X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
}

void TlsStream::handshake(const sdk::Deadline& deadline) {
    for (;;) {
        ERR_clear_error();
        const int result = SSL_connect(session_.get());
        if (result == 1) return flush(deadline);
        if (!advance(result, deadline)) throw closedByPeer("TLS: closed during the handshake");
    }
}

size_t TlsStream::read(std::span<char> buffer, const sdk::Deadline& deadline) {
    for (;;) {
        if (deadline.passed()) throw sdk::Cancelled();
        ERR_clear_error();
        size_t count = 0;
        const int result = SSL_read_ex(session_.get(), buffer.data(), buffer.size(), &count);
        if (result == 1) return count;
        if (!advance(result, deadline)) return 0;
    }
}

void TlsStream::writeAll(std::string_view bytes, const sdk::Deadline& deadline) {
    while (!bytes.empty()) {
        ERR_clear_error();
        size_t count = 0;
        const int result = SSL_write_ex(session_.get(), bytes.data(), bytes.size(), &count);
        if (result == 1) {
            bytes.remove_prefix(count);
            flush(deadline);
        } else if (!advance(result, deadline)) {
            throw closedByPeer("TLS: closed while writing");
        }
    }
}

bool TlsStream::advance(int result, const sdk::Deadline& deadline) {
    const int wanted = SSL_get_error(session_.get(), result);
    if (wanted == SSL_ERROR_ZERO_RETURN) return false;
    if (wanted == SSL_ERROR_WANT_READ) {
        flush(deadline);
        return fill(deadline);
    }
    const NetError failure = tlsFailure(session_.get(), advice_);
    try {
        flush(deadline); // the alert that tells the peer why
    } catch (const NetError&) {
        throw failure;
    }
    throw failure;
}

void TlsStream::flush(const sdk::Deadline& deadline) {
    char chunk[kChunk];
    for (;;) {
        const int count = BIO_read(SSL_get_wbio(session_.get()), chunk, sizeof(chunk));
        if (count <= 0) return;
        socket_.writeAll({chunk, static_cast<size_t>(count)}, deadline);
    }
}

bool TlsStream::fill(const sdk::Deadline& deadline) {
    char chunk[kChunk];
    const size_t count = socket_.read(chunk, deadline);
    if (count > 0) BIO_write(SSL_get_rbio(session_.get()), chunk, static_cast<int>(count));
    return count > 0;
}

} // namespace probehost::net
