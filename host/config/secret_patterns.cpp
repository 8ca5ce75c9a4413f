// Rather one piece of text too many than a secret missed: what is found here is only ever masked.
#include "config/secret_patterns.hpp"

#include <Poco/Exception.h>
#include <Poco/String.h>
#include <Poco/URI.h>

#include <array>
#include <string_view>

namespace probehost {

namespace {

class Finder {
  public:
    explicit Finder(const std::string& text) : text_(text) {}

    std::vector<std::string> run() {
        userinfo();
        for (const auto* key : {"password", "passwd", "pwd", "sharedaccesskey", "api-key", "?sig", "&sig", " sig"}) {
            assignments(key, "; \t\n");
        }
        assignments("sharedaccesssignature", ";\n"); // holds blanks
        return std::move(found_);
    }

  private:
    // The password lies between the first ":" of the authority and its last "@".
    void userinfo() {
        for (auto at = text_.find("://"); at != std::string::npos; at = text_.find("://", at + 3)) {
            const auto begin = at + 3;
            const auto host = text_.find('@', begin);
            if (host == std::string::npos) return;
            const auto end = text_.find_last_of('@', std::min(text_.find_first_of("/?# ", host), text_.size() - 1));
            const auto colon = text_.find(':', begin);
            if (colon < end) add(text_.substr(colon + 1, end - colon - 1));
        }
    }

    void assignments(std::string_view key, const char* ends) {
        const auto lower = Poco::toLower(text_);
        for (auto at = lower.find(key); at != std::string::npos; at = lower.find(key, at + key.size())) {
            const auto sign = lower.find_first_not_of(" \t", at + key.size());
            if (sign == std::string::npos || lower[sign] != '=') continue;
            const auto begin = lower.find_first_not_of(" \t", sign + 1);
            if (begin != std::string::npos) value(begin, ends);
        }
    }

    void value(std::size_t begin, const char* ends) {
        if (text_[begin] == '\'') {
            quoted(begin + 1);
            return;
        }
        const auto whole = text_.substr(begin, text_.find_first_of(ends, begin) - begin);
        add(whole);
        add(whole.substr(0, whole.find('&')));
    }

    // libpq's quotes, where "\" takes the meaning from what follows.
    void quoted(std::size_t begin) {
        std::string plain;
        std::size_t end = begin;
        for (; end < text_.size() && text_[end] != '\''; ++end) {
            if (text_[end] == '\\' && end + 1 < text_.size()) ++end;
            plain += text_[end];
        }
        add(plain);
        add(text_.substr(begin, end - begin));
    }

    void add(const std::string& secret) {
        if (secret.empty()) return;
        found_.push_back(secret);
        if (secret.find('%') == std::string::npos) return;
        try {
            std::string decoded;
            Poco::URI::decode(secret, decoded);
            found_.push_back(decoded);
        } catch (const Poco::Exception&) {
            return; // a "%" that encodes nothing: the text itself is the secret
        }
    }

    const std::string& text_;
    std::vector<std::string> found_;
};

} // namespace

std::vector<std::string> secretsWithin(const std::string& text) { return Finder(text).run(); }

} // namespace probehost
