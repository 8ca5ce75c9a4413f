// The wording of structural errors: what was expected, and what stands there instead.
#include "config/config_section.hpp"

#include <algorithm>
#include <charconv>

#include "config/suggestion.hpp"

namespace probehost {

namespace {

constexpr std::size_t shownLength = 40;

std::string quotedChoices(const std::vector<std::string>& choices) {
    return choices.size() == 1 ? choices.front() : "one of " + joined(choices);
}

} // namespace

std::string shownValue(const ConfigNode& node) {
    if (!node.isText()) return kindInWords(node);
    if (node.expanded) return "a value from ${…}";
    if (node.text.size() > shownLength) return "a longer text";
    return "\"" + node.text + "\"";
}

ConfigSection::ConfigSection(const ConfigNode* node, std::string path, const std::string& file,
                             Diagnostics& diagnostics)
    : node_(node),
      path_(std::move(path)),
      file_(file),
      diagnostics_(diagnostics),
      line_(node == nullptr ? 0 : node->line) {
    if (node_ == nullptr || node_->isMap()) return;
    if (node_->kind != ConfigNode::Kind::Nothing && !node_->failed) {
        error(*node_, path_, "expected a map of keys, found " + kindInWords(*node_));
    }
    node_ = nullptr;
}

ConfigSection ConfigSection::section(std::string_view key) { return {node(key), pathOf(key), file_, diagnostics_}; }

const ConfigNode* ConfigSection::node(std::string_view key) {
    if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.emplace_back(key);
    return node_ == nullptr ? nullptr : node_->find(key);
}

const ConfigNode* ConfigSection::textNode(std::string_view key, const std::string& expected) {
    const auto* found = node(key);
    if (found == nullptr || found->failed) return nullptr;
    if (found->isText()) return found;
    error(*found, pathOf(key), "expected " + expected + ", found " + kindInWords(*found));
    return nullptr;
}

std::optional<std::string> ConfigSection::text(std::string_view key) {
    const auto* found = textNode(key, "text");
    if (found == nullptr) return std::nullopt;
    if (!found->text.empty()) return found->text;
    error(*found, pathOf(key), "is empty; give it a value, or leave the key out");
    return std::nullopt;
}

std::optional<bool> ConfigSection::flag(std::string_view key) {
    const auto* found = textNode(key, "true or false");
    if (found == nullptr) return std::nullopt;
    if (found->text == "true" || found->text == "false") return found->text == "true";
    error(*found, pathOf(key), "expected true or false, found " + shownValue(*found));
    return std::nullopt;
}

std::optional<int> ConfigSection::count(std::string_view key, int least) {
    const auto expected = "a whole number of at least " + std::to_string(least);
    const auto* found = textNode(key, expected);
    if (found == nullptr) return std::nullopt;
    int value = 0;
    const auto* end = found->text.data() + found->text.size();
    const auto [stop, failure] = std::from_chars(found->text.data(), end, value);
    if (failure == std::errc() && stop == end && value >= least) return value;
    error(*found, pathOf(key), "expected " + expected + ", found " + shownValue(*found));
    return std::nullopt;
}

std::optional<milliseconds> ConfigSection::duration(std::string_view key, DurationLimits limits) {
    const auto* found = textNode(key, "a duration such as 2s");
    if (found == nullptr) return std::nullopt;
    const auto parsed = parseDuration(found->text, limits);
    if (const auto* value = std::get_if<milliseconds>(&parsed)) return *value;
    // The message may repeat a number, so an expanded one gets a message of its own.
    const auto& message = std::get<std::string>(parsed);
    const bool repeats = message.find("write ") != std::string::npos;
    if (found->expanded && repeats) {
        error(*found, pathOf(key), "a duration needs a unit, such as ms or s; found " + shownValue(*found));
    } else {
        error(*found, pathOf(key), message + (repeats ? "" : ", found " + shownValue(*found)));
    }
    return std::nullopt;
}

std::optional<std::size_t> ConfigSection::choice(std::string_view key, const std::vector<std::string>& choices) {
    const auto* found = textNode(key, quotedChoices(choices));
    return found == nullptr ? std::nullopt : choiceOf({found, pathOf(key)}, choices);
}

std::optional<std::size_t> ConfigSection::choiceOf(const Item& item, const std::vector<std::string>& choices) {
    for (std::size_t i = 0; i < choices.size(); ++i) {
        if (item.node->text == choices[i]) return i;
    }
    const auto meant = item.node->expanded ? std::nullopt : suggestion(item.node->text, choices);
    error(*item.node, item.path,
          "expected " + quotedChoices(choices) + ", found " + shownValue(*item.node) +
              (meant ? "; did you mean \"" + *meant + "\"?" : ""));
    return std::nullopt;
}

std::optional<std::vector<ConfigSection::Item>> ConfigSection::texts(std::string_view key, std::string_view example) {
    const auto* found = node(key);
    if (found == nullptr || found->failed) return std::nullopt;
    const auto path = pathOf(key);
    if (found->kind != ConfigNode::Kind::List) {
        error(*found, path, "expected a list such as " + std::string(example) + ", found " + kindInWords(*found));
        return std::nullopt;
    }
    std::vector<Item> items;
    for (std::size_t i = 0; i < found->items.size(); ++i) {
        const auto& item = found->items[i];
        const auto itemPath = path + "[" + std::to_string(i) + "]";
        if (item.failed) continue;
        if (item.isText() && !item.text.empty()) {
            items.push_back({&item, itemPath});
        } else {
            error(item, itemPath, "expected text, found " + kindInWords(item));
        }
    }
    return items;
}

void ConfigSection::rejectUnknown() {
    if (node_ == nullptr) return;
    for (const auto& member : node_->members) {
        if (std::find(known_.begin(), known_.end(), member.name) != known_.end()) continue;
        const auto about = member.name == "<<" ? std::string("; YAML merge keys are not supported, repeat the keys")
                                               : hint(member.name, known_);
        diagnostics_.error({file_, member.line}, pathOf(member.name), "unknown key" + about);
    }
}

std::string ConfigSection::pathOf(std::string_view key) const {
    return path_ + (path_.empty() ? "" : ".") + shownKey(key);
}

void ConfigSection::error(const ConfigNode& at, std::string path, std::string message) const {
    diagnostics_.error({file_, at.line}, std::move(path), std::move(message));
}

void ConfigSection::error(std::string_view key, std::string message) {
    const auto* found = node_ == nullptr ? nullptr : node_->find(key);
    diagnostics_.error({file_, found == nullptr ? line_ : found->line}, pathOf(key), std::move(message));
}

void ConfigSection::warning(std::string_view key, std::string message) {
    const auto* found = node_ == nullptr ? nullptr : node_->find(key);
    diagnostics_.warning({file_, found == nullptr ? line_ : found->line}, pathOf(key), std::move(message));
}

} // namespace probehost
