// Expansion of one text at a time; a failure is reported once and marks its node.
#include "config/expansion.hpp"

#include <cstdlib>
#include <stdexcept>
#include <variant>

#include "config/text_file.hpp"

namespace probehost {

namespace {

constexpr std::size_t maxSecret = 64U << 10U;
constexpr std::size_t maxValue = 64U << 10U;
constexpr int maxNesting = 4;
constexpr auto letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
constexpr auto lettersAndDigits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";

struct CannotExpand : std::runtime_error {
    using std::runtime_error::runtime_error;
};

bool isVariableName(std::string_view name) {
    return !name.empty() && std::string_view(letters).find(name.front()) != std::string_view::npos &&
           name.find_first_not_of(lettersAndDigits) == std::string_view::npos;
}

// One text: its expansion and the secrets that this brought.
class TextExpansion {
  public:
    explicit TextExpansion(std::string file) : file_(std::move(file)) {}

    std::string run(std::string_view text, int nesting = 0) {
        if (nesting > maxNesting) throw CannotExpand("\"${\" nested too deeply");
        std::string result;
        for (std::size_t at = 0; at < text.size();) {
            if (text.substr(at, 3) == "$${") {
                result += "${";
                at += 3;
            } else if (text.substr(at, 2) == "${") {
                const auto end = closingBrace(text, at + 2);
                result += reference(text.substr(at + 2, end - at - 2), nesting);
                at = end + 1;
            } else {
                result += text[at++];
            }
            if (result.size() > maxValue) throw CannotExpand("longer than 64 KiB once expanded");
        }
        return result;
    }

    bool changed() const { return changed_; }
    std::vector<std::string> takeSecrets() { return std::move(secrets_); }

  private:
    static std::size_t closingBrace(std::string_view text, std::size_t from) {
        int open = 1;
        for (std::size_t at = from; at < text.size(); ++at) {
            if (text.substr(at, 2) == "${") ++open;
            if (text[at] == '}' && --open == 0) return at;
        }
        throw CannotExpand("a \"${\" has no closing \"}\"; write $${ where a literal ${ is meant");
    }

    std::string reference(std::string_view inside, int nesting) {
        changed_ = true;
        if (inside.starts_with("file:")) return fromFile(std::string(inside.substr(5)), nesting);
        if (inside.starts_with("credential:")) return fromCredential(std::string(inside.substr(11)));
        const auto mark = inside.find(":-");
        const std::string name(inside.substr(0, mark));
        if (!isVariableName(name)) {
            throw CannotExpand(
                "expected ${NAME}, ${NAME:-default}, ${file:PATH} or ${credential:NAME}; "
                "write $${ where a literal ${ is meant");
        }
        const char* value = std::getenv(name.c_str());
        if (mark == std::string_view::npos) return fromEnvironment(name, value);
        if (value == nullptr || *value == '\0') return run(inside.substr(mark + 2), nesting + 1);
        return fromEnvironment(name, value);
    }

    std::string fromEnvironment(const std::string& name, const char* value) {
        if (value == nullptr) {
            throw CannotExpand("the environment variable " + name + " is not set; set it, or give a default with ${" +
                               name + ":-…}");
        }
        return secret(value, "the environment variable " + name);
    }

    std::string fromFile(const std::string& path, int nesting) {
        if (path.empty()) throw CannotExpand("expected a path in ${file:PATH}");
        return contents(besideFile(file_, run(path, nesting + 1)), "the file " + path);
    }

    std::string fromCredential(const std::string& name) {
        if (name.empty() || name.find('/') != std::string::npos || name == "." || name == "..") {
            throw CannotExpand("expected a credential's name, without \"/\", in ${credential:NAME}");
        }
        const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
        if (directory == nullptr || *directory == '\0') {
            throw CannotExpand("the credential " + name +
                               " cannot be found: CREDENTIALS_DIRECTORY is not set; systemd sets it for units with "
                               "LoadCredential=");
        }
        return contents(std::string(directory) + "/" + name, "the credential " + name);
    }

    std::string contents(const std::string& path, const std::string& what) {
        auto read = readTextFile(path, maxSecret);
        if (const auto* failure = std::get_if<FileFailure>(&read)) throw CannotExpand(what + ": " + failure->why);
        auto text = std::get<std::string>(std::move(read));
        text.erase(text.find_last_not_of("\r\n") + 1);
        return secret(std::move(text), what);
    }

    std::string secret(std::string value, const std::string& what) {
        if (firstLineNotText(value) != 0) throw CannotExpand(what + " holds bytes that are no UTF-8 text");
        if (!value.empty()) secrets_.push_back(value);
        return value;
    }

    std::string file_;
    std::vector<std::string> secrets_;
    bool changed_ = false;
};

class Expander {
  public:
    Expander(const std::string& file, Diagnostics& diagnostics) : file_(file), diagnostics_(diagnostics) {}

    void visit(ConfigNode& node, const std::string& path) {
        if (node.isText()) expandText(node, path);
        for (std::size_t i = 0; i < node.items.size(); ++i) {
            visit(node.items[i], path + "[" + std::to_string(i) + "]");
        }
        for (auto& member : node.members) {
            visit(member.value, path + (path.empty() ? "" : ".") + shownKey(member.name));
        }
    }

  private:
    void expandText(ConfigNode& node, const std::string& path) {
        if (node.text.find("${") == std::string::npos) return;
        try {
            TextExpansion expansion(file_);
            node.text = expansion.run(node.text);
            node.expanded = expansion.changed();
            node.secrets = expansion.takeSecrets();
        } catch (const CannotExpand& why) {
            node.failed = node.expanded = true;
            node.text.clear();
            diagnostics_.error({file_, node.line}, path, why.what());
        }
    }

    const std::string& file_;
    Diagnostics& diagnostics_;
};

} // namespace

void expand(ConfigNode& root, const std::string& file, Diagnostics& diagnostics) {
    Expander(file, diagnostics).visit(root, "");
}

} // namespace probehost
