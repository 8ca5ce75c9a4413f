// Finds what somebody probably meant, for "did you mean".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace probehost {

// The known word nearest to `written`, when it is near enough to be a slip of the keyboard.
std::optional<std::string> suggestion(std::string_view written, const std::vector<std::string>& known);

// What to say after an unknown word: `, did you mean "x"?`, or else `; expected one of: a, b`.
std::string hint(std::string_view written, const std::vector<std::string>& known);

// a, b, c
std::string joined(const std::vector<std::string>& words, std::string_view separator = ", ");

} // namespace probehost
