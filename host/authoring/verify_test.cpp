// The order: what needs least comes first.
#include "authoring/verify_test.hpp"

#include <algorithm>
#include <string_view>

namespace probehost::authoring {

namespace {

// A test comes behind the one that it needs.
void addWithNeed(const VerifyTest& test, const VerifyTests& all, VerifyTests& ordered) {
    const auto is = [](const char* id) {
        return [id](const VerifyTest& other) { return std::string_view(other.id) == id; };
    };
    if (std::ranges::any_of(ordered, is(test.id))) return;
    if (const auto need = std::ranges::find_if(all, is(test.needs)); need != all.end())
        addWithNeed(*need, all, ordered);
    ordered.push_back(test);
}

VerifyTests inOrder() {
    VerifyTests all;
    VerifyTests ordered;
    for (const auto& group : {staticTests(), loadTests(), contractTests(), runTests(), teardownTests()})
        all.insert(all.end(), group.begin(), group.end());
    for (const auto& test : all) addWithNeed(test, all, ordered);
    return ordered;
}

} // namespace

const VerifyTests& verifyTests() {
    static const VerifyTests all = inOrder();
    return all;
}

} // namespace probehost::authoring
