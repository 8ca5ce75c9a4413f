// The validator reports every schema it passed through; here only what its reader can act on is kept.
#include "config/schema_wording.hpp"

#include <Poco/NumberParser.h>

#include <algorithm>

#include "config/schema_expectation.hpp"
#include "config/suggestion.hpp"

namespace probehost {

namespace {

using Kind = SchemaFailure::Kind;

// Where a failure happened: in the file, in the schema and in words.
struct Spot {
    const ConfigNode* node;
    SchemaPlace place;
    std::string key;

    void go(const std::string& step) {
        unsigned index = 0;
        if (node->isMap()) {
            const auto* member = node->find(step);
            node = member == nullptr ? node : member;
            place = place.member(step);
            key += (key.empty() ? "" : ".") + shownKey(step);
        } else if (Poco::NumberParser::tryParseUnsigned(step, index) && index < node->items.size()) {
            node = &node->items[index];
            place = place.item(index);
            key += "[" + step + "]";
        }
    }
};

bool within(const std::vector<std::string>& outer, const std::vector<std::string>& inner) {
    return outer.size() <= inner.size() && std::equal(outer.begin(), outer.end(), inner.begin());
}

bool wantsUnquoted(const SchemaPlace& place, const ConfigNode& node) {
    if (!node.isText() || node.plain || node.expanded) return false;
    ConfigNode unquoted = node;
    unquoted.plain = true;
    const auto kind = kindInWords(unquoted);
    const auto types = place.types();
    const auto has = [&](const char* type) { return std::find(types.begin(), types.end(), type) != types.end(); };
    return kind == "a number" ? has("integer") || has("number") : has("boolean") && (kind == "true" || kind == "false");
}

// A failed expansion is reported already, and may be all that is wrong.
bool anyFailed(const ConfigNode& node) {
    const auto inMember = [](const ConfigMember& member) { return anyFailed(member.value); };
    return node.failed || std::any_of(node.items.begin(), node.items.end(), anyFailed) ||
           std::any_of(node.members.begin(), node.members.end(), inMember);
}

class Wording {
  public:
    Wording(const std::vector<SchemaFailure>& failures, const ConfigNode& with, const SchemaPlace& root)
        : failures_(failures), with_(with), root_(root) {}

    std::vector<SettingsComplaint> run() {
        for (const auto& failure : failures_) say(failure);
        if (complaints_.empty() && !anyFailed(with_)) {
            for (const auto& failure : failures_) complain(spotOf(failure), expected(spotOf(failure)));
        }
        return std::move(complaints_);
    }

  private:
    Spot spotOf(const SchemaFailure& failure) const {
        Spot spot{&with_, root_, ""};
        for (const auto& step : failure.path) spot.go(step);
        return spot;
    }

    void say(const SchemaFailure& failure) {
        const auto spot = spotOf(failure);
        if (spot.node->failed) return;
        switch (failure.kind) {
            case Kind::Missing:
                return missing(failure, spot);
            case Kind::Unknown:
                return unknown(spot);
            case Kind::NoneOf:
                return noneOf(failure, spot);
            case Kind::TooMany:
                return tooMany(spot);
            case Kind::Not:
                return mustNot(spot);
            case Kind::Type:
            case Kind::Value:
                if (!explainedByNoneOf(failure, spot)) complain(spot, expected(spot) + found(failure, spot));
                return;
            case Kind::Outer:
                return;
        }
    }

    void missing(const SchemaFailure& failure, const Spot& spot) {
        const bool inBranch = !spot.place.alwaysRequires(failure.name) && explainedByNoneOf(failure, spot);
        if (inBranch && !alternativesInWords(spot.place).empty()) return;
        const int line = spot.node->line;
        const auto here = spot.place.member(failure.name);
        const auto key = spot.key + (spot.key.empty() ? "" : ".") + failure.name;
        complain({line, key, "is missing; expected " + expectation(here)});
    }

    void unknown(const Spot& spot) {
        const auto names = spot.place.memberNames();
        for (const auto& member : spot.node->members) {
            if (spot.place.knowsMember(member.name)) continue;
            const bool colon =
                shownKey(member.name).size() != member.name.size() && member.name.find(':') != std::string::npos;
            const auto about = colon ? std::string("; is a space missing after its \":\"?") : hint(member.name, names);
            const auto key = spot.key + (spot.key.empty() ? "" : ".") + shownKey(member.name);
            complain({member.line, key, "unknown key" + about});
        }
    }

    void noneOf(const SchemaFailure& failure, const Spot& spot) {
        // What is wrong inside one branch says more than that no branch fits.
        const auto saysMore = [&](const SchemaFailure& other) {
            if (!within(failure.path, other.path) || other.kind == Kind::Outer || other.kind == Kind::NoneOf)
                return false;
            return other.path.size() > failure.path.size() || other.kind == Kind::Unknown ||
                   other.kind == Kind::Missing;
        };
        const auto alternatives = alternativesInWords(spot.place);
        if (!alternatives.empty()) {
            complain(spot, "expected one of these: " + alternatives);
        } else if (std::none_of(failures_.begin(), failures_.end(), saysMore)) {
            complain(spot, expected(spot) + ", found " + kindInWords(*spot.node));
        }
    }

    void tooMany(const Spot& spot) {
        const auto alternatives = alternativesInWords(spot.place);
        complain(spot, alternatives.empty() ? expected(spot) : "expected only one of these: " + alternatives);
    }

    void mustNot(const Spot& spot) {
        const auto refused = spot.place.keyword("not");
        const bool isObject = refused.type() == typeid(SchemaPlace::Schema);
        const auto together =
            isObject ? textsOf(refused.extract<SchemaPlace::Schema>()->get("required")) : std::vector<std::string>();
        if (together.size() > 1) {
            complain(spot, joined(together, " and ") + " cannot be given together; leave one out");
        } else if (together.size() == 1) {
            complain(spot, together.front() + " cannot be given here; leave it out");
        } else {
            complain(spot, expected(spot));
        }
    }

    bool explainedByNoneOf(const SchemaFailure& failure, const Spot& spot) const {
        return !spot.place.alternatives().empty() &&
               std::any_of(failures_.begin(), failures_.end(), [&](const SchemaFailure& other) {
                   return other.kind == Kind::NoneOf && other.path == failure.path;
               });
    }

    static std::string expected(const Spot& spot) { return "expected " + expectation(spot.place); }

    std::string found(const SchemaFailure& failure, const Spot& spot) const {
        if (wantsUnquoted(spot.place, *spot.node)) return ", found text; remove the quotes";
        const bool otherType = std::any_of(failures_.begin(), failures_.end(), [&](const SchemaFailure& other) {
            return other.kind == Kind::Type && other.path == failure.path;
        });
        const auto kind = kindInWords(*spot.node);
        if (otherType || kind.starts_with("empty")) return ", found " + kind;
        const bool mayHint = !spot.node->expanded && !spot.place.writeOnly();
        const auto meant = mayHint ? suggestion(spot.node->text, textsOf(spot.place.keyword("enum"))) : std::nullopt;
        return meant ? "; did you mean \"" + *meant + "\"?"
                     : ", found another " + kind.substr(kind.starts_with("a ") ? 2 : 0);
    }

    void complain(const Spot& spot, const std::string& message) { complain({spot.node->line, spot.key, message}); }

    void complain(SettingsComplaint complaint) {
        const auto same = [&](const SettingsComplaint& other) {
            return other.key == complaint.key && other.message == complaint.message;
        };
        if (std::none_of(complaints_.begin(), complaints_.end(), same)) complaints_.push_back(std::move(complaint));
    }

    const std::vector<SchemaFailure>& failures_;
    const ConfigNode& with_;
    const SchemaPlace& root_;
    std::vector<SettingsComplaint> complaints_;
};

} // namespace

std::vector<SettingsComplaint> inWords(const std::vector<SchemaFailure>& failures, const ConfigNode& with,
                                       const SchemaPlace& root) {
    return Wording(failures, with, root).run();
}

} // namespace probehost
