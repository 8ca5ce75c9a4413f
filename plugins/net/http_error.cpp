// What a failed transfer of libcurl's means, in the shared words.
#include "net/http_error.hpp"

#include <openssl/x509_vfy.h>

namespace probehost::net {
namespace {

const char* certificateProblem(CURL* easy) {
    long verified = X509_V_OK;
    curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &verified);
    switch (verified) {
        case X509_V_OK: // the chain is good: libcurl compares the name itself
            return "TLS certificate does not match";
        case X509_V_ERR_CERT_HAS_EXPIRED:
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return "TLS certificate expired";
        default:
            return "TLS certificate not trusted";
    }
}

bool endedInHandshake(const std::string& text) {
    return text.find("unexpected eof") != std::string::npos || text.find("SSL_ERROR_SYSCALL") != std::string::npos;
}

long proxyStatus(CURL* easy) {
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &status);
    return status == 200 ? 0 : status;
}

NetError transportError(CURL* easy, const std::string& text, const std::string& peer) {
    long error = 0;
    curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &error);
    if (error != 0) return systemError(static_cast<int>(error), peer);
    if (const long status = proxyStatus(easy))
        return {"HTTP " + std::to_string(status) + " from proxy", "the proxy refused a tunnel to " + peer};
    return closedByPeer(peer + ": " + text);
}

NetError handshakeError(CURL* easy, const std::string& text, const std::string& peer) {
    long error = 0;
    curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &error);
    if (error != 0 || endedInHandshake(text)) return transportError(easy, text, peer);
    return {"TLS handshake failed", peer + ": " + text};
}

} // namespace

NetError httpError(CURLcode code, CURL* easy, const std::string& vendor_text, const std::string& peer) {
    const std::string text = vendor_text.empty() ? curl_easy_strerror(code) : vendor_text;
    switch (code) {
        case CURLE_COULDNT_RESOLVE_HOST:
            return {"Name not resolved", text};
        case CURLE_COULDNT_RESOLVE_PROXY: // libcurl's own text may hold the proxy's password
            return {"Name not resolved", "the proxy of the environment cannot be used: look at its name and form"};
        case CURLE_COULDNT_CONNECT:
        case CURLE_SEND_ERROR:
        case CURLE_RECV_ERROR:
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
