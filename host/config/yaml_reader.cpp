// Builds nodes from yaml-cpp's events: its own node tree would hide duplicate keys and quotes, and expand alias bombs.
#include "config/yaml_reader.hpp"

#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <unordered_map>
#include <utility>

#include "config/yaml_failure.hpp"

namespace probehost {

namespace {

constexpr std::size_t maxDepth = 32;
constexpr std::size_t maxNodes = 250000;   // ten thousand checks have 150,000
constexpr std::size_t maxText = 4U << 20U; // aliases copied
constexpr std::size_t maxKey = 256;

const auto* const tabFailure = YAML::ErrorMsg::TAB_IN_INDENTATION;

bool isIndentedWithTab(std::string_view text, int line) {
    for (; line > 0 && !text.empty(); --line) text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
    const auto indentation = text.substr(0, text.find_first_not_of(" \t"));
    return indentation.find('\t') != std::string_view::npos;
}

struct Limit {
    int line;
    std::string message;
};

std::size_t nodeCount(const ConfigNode& node) {
    std::size_t count = 1;
    for (const auto& item : node.items) count += nodeCount(item);
    for (const auto& member : node.members) count += nodeCount(member.value);
    return count;
}

std::size_t textSize(const ConfigNode& node) {
    std::size_t size = node.text.size();
    for (const auto& item : node.items) size += textSize(item);
    for (const auto& member : node.members) size += member.name.size() + textSize(member.value);
    return size;
}

class TreeBuilder final : public YAML::EventHandler {
  public:
    TreeBuilder(std::string file, Diagnostics& diagnostics) : file_(std::move(file)), diagnostics_(diagnostics) {}

    ConfigNode takeRoot() { return std::move(root_); }
    bool hasDocument() const { return documents_ > 0; }

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (++documents_ > 1) throw Limit{mark.line + 1, "a second document begins here; expected one per file"};
    }
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        attach(node(ConfigNode::Kind::Nothing, mark), anchor);
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const auto known = anchors_.find(anchor);
        if (known == anchors_.end()) throw Limit{mark.line + 1, "an alias stands inside the place that it names"};
        spend(mark.line + 1, nodeCount(known->second), textSize(known->second));
        attach(known->second, 0);
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        ConfigNode scalar = node(ConfigNode::Kind::Text, mark);
        refuseTag(mark, tag);
        scalar.plain = tag == "?";
        scalar.text = value;
        attach(std::move(scalar), anchor);
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open(ConfigNode::Kind::List, mark, tag, anchor);
    }
    void OnSequenceEnd() override { close(); }

    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open(ConfigNode::Kind::Map, mark, tag, anchor);
    }
    void OnMapEnd() override { close(); }

  private:
    // A list or map that is not at its end yet; in a map keys and values take turns.
    struct Frame {
        ConfigNode node;
        YAML::anchor_t anchor = 0;
        bool hasKey = false;
        ConfigMember member;
        std::unordered_map<std::string, int> lines;
    };

    ConfigNode node(ConfigNode::Kind kind, const YAML::Mark& mark) {
        spend(mark.line + 1, 1, 0);
        ConfigNode made;
        made.kind = kind;
        made.line = mark.line + 1;
        return made;
    }

    void spend(int line, std::size_t nodes, std::size_t text) {
        nodes_ += nodes;
        text_ += text;
        if (nodes_ > maxNodes || text_ > maxText) throw Limit{line, "too large once its aliases are followed"};
    }

    void refuseTag(const YAML::Mark& mark, const std::string& tag) {
        if (tag.empty() || tag == "?" || tag == "!") return;
        diagnostics_.error({file_, mark.line + 1}, path(), "YAML tags such as !!int are not used here; leave it out");
    }

    void open(ConfigNode::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
        if (stack_.size() >= maxDepth) throw Limit{mark.line + 1, "nested too deeply; expected at most 32 levels"};
        refuseTag(mark, tag);
        Frame frame;
        frame.node = node(kind, mark);
        frame.anchor = anchor;
        stack_.push_back(std::move(frame));
    }

    void close() {
        Frame frame = std::move(stack_.back());
        stack_.pop_back();
        attach(std::move(frame.node), frame.anchor);
    }

    void attach(ConfigNode done, YAML::anchor_t anchor) {
        if (anchor != 0) {
            spend(done.line, nodeCount(done), textSize(done));
            anchors_[anchor] = done;
        }
        if (stack_.empty()) {
            root_ = std::move(done);
        } else if (auto& top = stack_.back(); top.node.kind == ConfigNode::Kind::List) {
            top.node.items.push_back(std::move(done));
        } else if (!top.hasKey) {
            takeKey(top, done);
        } else {
            takeValue(top, std::move(done));
        }
    }

    void takeKey(Frame& top, const ConfigNode& key) {
        if (!key.isText() || key.text.empty() || key.text.size() > maxKey) {
            throw Limit{key.line, "expected a name as the key, found " +
                                      (key.text.size() > maxKey ? "a very long text" : kindInWords(key))};
        }
        top.member = ConfigMember{key.text, key.line, {}};
        top.hasKey = true;
    }

    void takeValue(Frame& top, ConfigNode value) {
        const auto [first, isNew] = top.lines.emplace(top.member.name, top.member.line);
        if (!isNew) {
            diagnostics_.error({file_, top.member.line}, path(),
                               "used twice; it stands on line " + std::to_string(first->second) + " already");
        }
        // What spans lines stands where its key stands: there its reader looks.
        if (!value.isText()) value.line = top.member.line;
        top.member.value = std::move(value);
        if (isNew) top.node.members.push_back(std::move(top.member));
        top.member = {};
        top.hasKey = false;
    }

    std::string path() const {
        std::string text;
        for (const auto& frame : stack_) {
            if (frame.node.kind == ConfigNode::Kind::List) text += "[" + std::to_string(frame.node.items.size()) + "]";
            if (frame.hasKey) text += (text.empty() ? "" : ".") + shownKey(frame.member.name);
        }
        return text;
    }

    std::string file_;
    Diagnostics& diagnostics_;
    std::vector<Frame> stack_;
    std::map<YAML::anchor_t, ConfigNode> anchors_;
    ConfigNode root_;
    int documents_ = 0;
    std::size_t nodes_ = 0;
    std::size_t text_ = 0;
};

} // namespace

std::optional<ConfigNode> readYaml(const std::string& text, const std::string& file, Diagnostics& diagnostics) {
    TreeBuilder builder(file, diagnostics);
    try {
        // yaml-cpp takes a quoted text that is never closed for a good one when the file ends with a line end.
        std::istringstream stream(text.substr(0, text.find_last_not_of(" \t\r\n") + 1));
        YAML::Parser parser(stream);
        while (parser.HandleNextDocument(builder)) continue;
        return builder.takeRoot();
    } catch (const YAML::Exception& wrong) {
        const bool tab = isIndentedWithTab(text, wrong.mark.line);
        diagnostics.error({file, wrong.mark.line + 1}, "", yamlFailureInWords(tab ? tabFailure : wrong.msg));
    } catch (const Limit& limit) {
        diagnostics.error({file, limit.line}, "", limit.message);
    }
    return std::nullopt;
}

} // namespace probehost
