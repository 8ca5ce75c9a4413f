// The order: what needs least comes first.
#include "authoring/verify_test.hpp"

#include <algorithm>
#include <iterator>

namespace probehost::authoring {

const VerifyTests& verifyTests() {
    static const VerifyTests all = [] {
        VerifyTests tests;
        for (const auto& group : {staticTests()}) std::copy(group.begin(), group.end(), std::back_inserter(tests));
        return tests;
    }();
    return all;
}

} // namespace probehost::authoring
