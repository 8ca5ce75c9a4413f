// Fields that frame a message or name its host may come once and in one form only; the rest is merely well-formed.
#include "http/request_fields.hpp"

#include <charconv>

#include "http/http_text.hpp"
#include "http/request_line.hpp"

namespace probehost::http {
namespace {

constexpr std::size_t longestName = 256; // Poco reads no longer ones

bool isValueChar(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return c == '\t' || (byte >= 0x20 && byte != 0x7f);
}

class FieldReader {
  public:
    explicit FieldReader(Request& request) : request_(request) {}

    int read(std::string_view line) {
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) return 400;
        const std::string_view name = line.substr(0, colon);
        // A space before the colon and a folded line both fail here: neither is a token.
        if (!isToken(name) || !all(line.substr(colon + 1), isValueChar)) return 400;
        if (name.size() > longestName) return 431;
        return take(name, trim(line.substr(colon + 1)));
    }

    int finish() {
        if (transferEncoding_) return length_ || !request_.http11 ? 400 : 501;
        if (request_.http11 && !host_) return 400;
        if (closes_) request_.keepAlive = false;
        return 0;
    }

  private:
    int take(std::string_view name, std::string_view value) {
        if (value.find("=?") != std::string_view::npos) request_.encodedWord = true;
        if (equalsIgnoringCase(name, "host")) return takeHost(value);
        if (equalsIgnoringCase(name, "content-length")) return takeLength(value);
        if (equalsIgnoringCase(name, "transfer-encoding")) transferEncoding_ = true;
        if (equalsIgnoringCase(name, "connection")) takeConnection(value);
        if (equalsIgnoringCase(name, "accept")) takeAccept(value);
        if (equalsIgnoringCase(name, "authorization")) return takeAuthorization(value);
        if (equalsIgnoringCase(name, "expect")) request_.expects = true;
        return 0;
    }

    int takeHost(std::string_view value) {
        if (host_ || !isAuthority(value)) return 400;
        host_ = true;
        return 0;
    }

    // Digits only, without leading zeros, so that nobody can read another number.
    int takeLength(std::string_view value) {
        if (length_ || value.empty() || !all(value, isDigit) || (value.size() > 1 && value.front() == '0')) return 400;
        length_ = true;
        const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), request_.bodySize);
        return error == std::errc() && end == value.data() + value.size() ? 0 : 413;
    }

    void takeConnection(std::string_view value) {
        while (!value.empty()) {
            const std::string_view option = trim(cut(value, ","));
            if (equalsIgnoringCase(option, "close")) closes_ = true;
            if (equalsIgnoringCase(option, "keep-alive")) request_.keepAlive = true;
        }
    }

    void takeAccept(std::string_view value) {
        if (containsIgnoringCase(value, "text/plain") || containsIgnoringCase(value, "application/health+json"))
            request_.otherForm = true;
    }

    int takeAuthorization(std::string_view value) {
        if (!request_.authorization.empty()) return 400;
        request_.authorization = value;
        return 0;
    }

    Request& request_;
    bool host_ = false;
    bool length_ = false;
    bool transferEncoding_ = false;
    bool closes_ = false;
};

} // namespace

int readFields(const HeadLimits& limits, Request& request) {
    FieldReader reader(request);
    std::size_t count = 0;
    for (std::string_view rest = request.fields; !rest.empty();) {
        if (++count > limits.fields) return 431;
        if (const int status = reader.read(cut(rest, "\r\n"))) return status;
    }
    return reader.finish();
}

} // namespace probehost::http
