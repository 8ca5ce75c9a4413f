// CLI11's own transformation would show numbers in its errors.
#include "cli/format_option.hpp"

#include "cli/terminal.hpp"

namespace probehost::cli {

void addFormat(CLI::App& command, Format& format, std::map<std::string, Format> formats) {
    std::string words;
    for (const auto& [word, value] : formats) words += (words.empty() ? "" : ", ") + word;
    const auto byWord = [formats = std::move(formats), words](std::string& text) {
        const auto found = formats.find(CLI::detail::to_lower(text));
        if (found == formats.end()) return "\"" + printable(text) + "\": expected one of " + words;
        text = std::to_string(static_cast<int>(found->second));
        return std::string();
    };
    command.add_option("--format", format, "How to print the outcome: " + words)
        ->transform(CLI::Validator(byWord, ""))
        ->type_name("FORMAT");
}

} // namespace probehost::cli
