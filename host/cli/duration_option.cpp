// CLI11 has durations too, which take other units than configurations do.
#include "cli/duration_option.hpp"

#include "config/duration.hpp"

namespace probehost::cli {

void addDuration(CLI::App& command, const std::string& name, std::optional<milliseconds>& duration,
                 const std::string& summary) {
    const auto take = [&duration](std::string& text) {
        const auto parsed = parseDuration(text, {.least = std::chrono::seconds(1)});
        if (const auto* wrong = std::get_if<std::string>(&parsed)) return *wrong;
        duration = std::get<milliseconds>(parsed);
        return std::string();
    };
    command.add_option(name, summary)->check(CLI::Validator(take, ""))->type_name("DURATION");
}

} // namespace probehost::cli
