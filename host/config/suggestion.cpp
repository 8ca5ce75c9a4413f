// Edit distance with swapped neighbours counted once; case, "-" and "_" make no difference.
#include "config/suggestion.hpp"

#include <algorithm>
#include <cctype>

namespace probehost {

namespace {

std::string folded(std::string_view word) {
    std::string text;
    for (const char c : word) {
        if (c != '-' && c != '_') text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    return text;
}

std::size_t distance(const std::string& a, const std::string& b) {
    std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i) cost[i][0] = i;
    for (std::size_t j = 0; j <= b.size(); ++j) cost[0][j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
            cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + change});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
    }
    return cost[a.size()][b.size()];
}

} // namespace

std::optional<std::string> suggestion(std::string_view written, const std::vector<std::string>& known) {
    if (written.size() > 64) return std::nullopt;
    std::optional<std::string> best;
    std::size_t nearest = std::max<std::size_t>(1, written.size() / 3) + 1;
    for (const auto& word : known) {
        const auto away = distance(folded(written), folded(word));
        if (away >= nearest || away >= word.size()) continue;
        nearest = away;
        best = word;
    }
    return best;
}

std::string hint(std::string_view written, const std::vector<std::string>& known) {
    if (const auto meant = suggestion(written, known)) return ", did you mean \"" + *meant + "\"?";
    return known.empty() ? std::string() : "; expected one of: " + joined(known);
}

std::string joined(const std::vector<std::string>& words, std::string_view separator) {
    std::string text;
    for (const auto& word : words) {
        if (!text.empty()) text += separator;
        text += word;
    }
    return text;
}

} // namespace probehost
