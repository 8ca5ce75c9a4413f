// CLI11 lists what is left over in an order of its own, and has no guesses.
#include "cli/usage_error.hpp"

#include <algorithm>

#include "cli/terminal.hpp"
#include "config/suggestion.hpp"

namespace probehost::cli {

namespace {

bool isOption(const std::string& argument) { return argument.size() > 1 && argument.front() == '-'; }

std::vector<std::string> optionsOf(const CLI::App& command) {
    std::vector<std::string> names;
    for (const auto* option : command.get_options()) {
        for (const auto& name : option->get_lnames()) names.push_back("--" + name);
    }
    return names;
}

// A mistyped option leaves its value over too, so the option is what is told of.
std::string leftOver(const CLI::App& app, const CLI::App& command) {
    const auto all = app.remaining(true);
    const auto option = std::ranges::find_if(all, isOption);
    if (option == all.end()) return "unexpected argument \"" + all.front() + '"';
    const auto name = option->substr(0, option->find('='));
    const auto meant = suggestion(name, optionsOf(command));
    return "unknown option " + name + (meant ? ", did you mean \"" + *meant + "\"?" : "");
}

// The words that lead to the innermost command that was given, and that command.
std::pair<std::string, const CLI::App*> asked(const CLI::App& app) {
    std::pair<std::string, const CLI::App*> found = {app.get_name(), &app};
    while (!found.second->get_subcommands().empty()) {
        found.second = found.second->get_subcommands().front();
        found.first += " " + found.second->get_name();
    }
    return found;
}

} // namespace

std::string usageError(const CLI::App& app, const CLI::ParseError& error) {
    const auto [words, command] = asked(app);
    const bool incomplete = !command->get_subcommands({}).empty();
    std::string text = incomplete ? "a command is missing" : error.what();
    if (!app.remaining(true).empty()) text = leftOver(app, *command);
    return printable("error: " + text + (text.ends_with('?') ? " " : "; ") + words + " --help tells more");
}

} // namespace probehost::cli
