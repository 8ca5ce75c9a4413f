// probehost plugin new: a complete project for a checker, to be changed.
#include <iostream>
#include <map>
#include <memory>

#include "authoring/plugin_project.hpp"
#include "cli/commands.hpp"
#include "cli/plugin_group.hpp"
#include "cli/terminal.hpp"
#include "config/suggestion.hpp"

namespace probehost::cli {

namespace {

std::string nextStep(const std::string& language) {
    if (language == "c" || language == "cpp")
        return "cmake -B build && cmake --build build && ctest --test-dir build --output-on-failure";
    return "make && make test";
}

int writeNew(authoring::PluginProject project) {
    if (project.directory.empty()) project.directory = project.name;
    try {
        const int count = authoring::writeProject(project);
        std::cout << count << " files in " << printable(project.directory)
                  << ", README.md among them. Build and test it:\n"
                  << "  cd " << printable(project.directory) << " && " << nextStep(project.language) << '\n';
        return written(Ok, CannotWrite);
    } catch (const authoring::ProjectRefused& reason) {
        std::cerr << "error: " << printable(reason.what()) << '\n';
        return Unhealthy;
    }
}

} // namespace

void addPluginNew(CLI::App& group, int& status) {
    auto project = std::make_shared<authoring::PluginProject>();
    auto* command = group.add_subcommand("new", "Write a complete project for a checker of your own");
    command->add_option("NAME", project->name, "Of the plugin and its checker, such as disk-space")
        ->required()
        ->type_name("");
    command->add_option("--lang", project->language, "One of " + joined(authoring::projectLanguages()))
        ->required()
        ->type_name("LANGUAGE");
    command->add_option("--dir", project->directory, "Where to write it instead of ./NAME")->type_name("DIRECTORY");
    command->footer(
        "\nThe project has a checker that works, its unit tests, build files for the installed SDK (package "
        "probehost-dev),\na CI example, a README and what a Debian package needs. Nothing that is there is written "
        "over.\nExit status: 0, or 1 when it cannot be written there.");
    command->callback([&status, project] { status = writeNew(*project); });
}

} // namespace probehost::cli
