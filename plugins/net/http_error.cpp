// What a failed transfer of libcurl's means, in the shared words.
#include "net/http_error.hpp"

#include <openssl/x509_vfy.h>

#include <cerrno>

namespace probehost::net {
namespace {

const char* certificateProblem(CURL* easy) {
    long verified = X509_V_OK;
    curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &verified);
    switch (verified) {
        case X509_V_OK:
        case X509_V_ERR_UNSPECIFIED: // no fault in the chain: libcurl compares the name itself
            return "TLS certificate does not match";
        case X509_V_ERR_CERT_HAS_EXPIRED:
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return "TLS certificate expired";
        default:
            return "TLS certificate not trusted";
    }
}

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

bool saysClosed(const std::string& text) { return has(text, "unexpected eof") || has(text, "SSL_ERROR_SYSCALL"); }

int systemErrno(CURL* easy) {
    long error = 0;
    curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &error);
    return static_cast<int>(error);
}

// The errno may be that of an address that refused before another one took the connection.
int streamErrno(CURL* easy) {
    const int error = systemErrno(easy);
    return error == ECONNRESET || error == EPIPE || error == ETIMEDOUT ? error : 0;
}

long proxyStatus(CURL* easy) {
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &status);
    return status == 200 ? 0 : status;
}

// libcurl's own text about a proxy's address may hold the proxy's password.
NetError proxyNotUsable() {
    return {"Proxy not usable", "look at the name and the form of the proxy that the environment sets"};
}

NetError connectError(CURL* easy, const std::string& text, const std::string& peer) {
    if (has(text, "Unsupported proxy")) return proxyNotUsable();
    const int error = systemErrno(easy);
    return error == 0 ? closedByPeer(peer + ": " + text) : systemError(error, text);
}

NetError transportError(CURL* easy, const std::string& text, const std::string& peer) {
    if (const int error = streamErrno(easy)) return systemError(error, peer);
    if (const long status = proxyStatus(easy))
        return {"HTTP " + std::to_string(status) + " from proxy", "the proxy refused a tunnel to " + peer};
    return closedByPeer(peer + ": " + text);
}

// No errno and no end of the stream: the peer said something that nobody can read.
NetError receiveError(CURL* easy, const std::string& text, const std::string& peer) {
    if (streamErrno(easy) != 0 || proxyStatus(easy) != 0 || saysClosed(text)) return transportError(easy, text, peer);
    return {"Unexpected answer", peer + ": " + text};
}

NetError handshakeError(CURL* easy, const std::string& text, const std::string& peer) {
    if (streamErrno(easy) != 0 || saysClosed(text)) return transportError(easy, text, peer);
    return {"TLS handshake failed", peer + ": " + text};
}

} // namespace

NetError httpError(CURLcode code, CURL* easy, const std::string& vendor_text, const std::string& peer) {
    const std::string text = vendor_text.empty() ? curl_easy_strerror(code) : vendor_text;
    switch (code) {
        case CURLE_COULDNT_RESOLVE_HOST:
            return {"Name not resolved", text};
        case CURLE_COULDNT_RESOLVE_PROXY:
            return proxyNotUsable();
        case CURLE_COULDNT_CONNECT:
            return connectError(easy, text, peer);
        case CURLE_RECV_ERROR:
            return receiveError(easy, text, peer);
        case CURLE_SEND_ERROR:
        case CURLE_GOT_NOTHING:
        case CURLE_PARTIAL_FILE:
            return transportError(easy, text, peer);
        case CURLE_PEER_FAILED_VERIFICATION:
            return {certificateProblem(easy), peer + ": " + text};
        case CURLE_SSL_CACERT_BADFILE:
            return {"TLS certificate not trusted", "the file of trusted authorities cannot be read any more"};
        case CURLE_SSL_CONNECT_ERROR:
            return handshakeError(easy, text, peer);
        default:
            return {"Unexpected answer", peer + ": " + text};
    }
}

} // namespace probehost::net
