// Rendering and ordering of configuration errors.
#include "config/diagnostics.hpp"

#include <algorithm>
#include <tuple>

#include "log/one_line.hpp"

namespace probehost {

namespace {

auto order(const Diagnostic& diagnostic) { return std::tie(diagnostic.location.file, diagnostic.location.line); }

} // namespace

std::string Diagnostic::text() const {
    std::string line = location.file;
    if (location.line > 0) line += ":" + std::to_string(location.line);
    if (!key.empty()) line += ": " + key;
    return line + ": " + message;
}

void Diagnostics::error(Location location, std::string key, std::string message) {
    add({Diagnostic::Severity::Error, std::move(location), std::move(key), std::move(message)});
}

void Diagnostics::warning(Location location, std::string key, std::string message) {
    add({Diagnostic::Severity::Warning, std::move(location), std::move(key), std::move(message)});
}

void Diagnostics::add(Diagnostic diagnostic) {
    const bool ambiguous = diagnostic.key.find("…") != std::string::npos;
    if (texts_.insert(diagnostic.text()).second || ambiguous) found_.push_back(std::move(diagnostic));
}

bool Diagnostics::hasErrorsAt(const std::string& key) const {
    return std::ranges::any_of(found_, [&](const Diagnostic& each) {
        const bool below = each.key == key || each.key.starts_with(key + ".") || each.key.starts_with(key + "[");
        return each.severity == Diagnostic::Severity::Error && below;
    });
}

bool Diagnostics::hasErrors() const {
    return std::any_of(found_.begin(), found_.end(),
                       [](const Diagnostic& one) { return one.severity == Diagnostic::Severity::Error; });
}

std::string Diagnostics::firstError() const {
    auto errors = sorted();
    std::erase_if(errors, [](const auto& each) { return each.severity != Diagnostic::Severity::Error; });
    if (errors.empty()) return "";
    const auto others = errors.size() - 1;
    return errors.front().text() + (others == 0 ? "" : " (and " + std::to_string(others) + " more)");
}

std::vector<Diagnostic> Diagnostics::sorted() const {
    auto sorted = found_;
    std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return order(a) < order(b); });
    for (auto& [severity, location, key, message] : sorted) {
        for (auto* text : {&location.file, &key, &message}) *text = oneLine(redactor_.redact(*text));
    }
    return sorted;
}

} // namespace probehost
