// probehost plugin info: what one plugin offers and needs.
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <iostream>
#include <memory>
#include <sstream>

#include "authoring/plugin_summary.hpp"
#include "cli/format_option.hpp"
#include "cli/plugin_group.hpp"
#include "cli/terminal.hpp"
#include "config/duration.hpp"
#include "config/suggestion.hpp"

namespace probehost::cli {

namespace {

using authoring::PluginSummary;
using Poco::JSON::Array;
using Poco::JSON::Object;

struct InfoOptions {
    std::string file;
    bool fileOnly = false;
    Format format = Format::Text;
};

std::string abi(uint32_t major, uint32_t minor) { return std::to_string(major) + "." + std::to_string(minor); }

std::string probesOf(const CheckerInfo& checker) {
    std::vector<std::string> names;
    for (const auto probe : allProbes) {
        if (checker.probes.has(probe)) names.emplace_back(name(probe));
    }
    return joined(names);
}

// As the author wrote it: its members in their order. Throws Poco::Exception.
Poco::Dynamic::Var inOrder(const std::string& text) {
    return Poco::JSON::Parser(new Poco::JSON::ParseHandler(true)).parse(text);
}

// Indented; as it is when it is no JSON.
std::string indented(const std::string& text) {
    try {
        std::ostringstream out;
        Poco::JSON::Stringifier::stringify(inOrder(text), out, 2);
        return out.str();
    } catch (const Poco::Exception&) {
        return text;
    }
}

// Line by line, because printable() has no line ends.
void printIndented(const std::string& json) {
    std::istringstream lines(indented(json));
    for (std::string line; std::getline(lines, line);) std::cout << "    " << printable(line) << '\n';
}

void row(const std::string& what, const std::string& text) {
    if (text.empty()) return;
    std::cout << coloured(what, Colour::Dim) << std::string(what.size() < 12 ? 12 - what.size() : 1, ' ')
              << printable(text) << '\n';
}

void print(const CheckerInfo& checker) {
    std::cout << '\n';
    row("checker", checker.name);
    row("does", checker.summary);
    row("scope", checker.local ? "local" : "external");
    row("probes", probesOf(checker));
    row("timeout", durationText(checker.timeout) + ", interval " + durationText(checker.interval) + ", max_age " +
                       durationText(checker.maxAge));
    row("starts", checker.startsPrograms ? "programs, so it needs isolation: thread" : "");
    row("settings", "as JSON Schema:");
    printIndented(checker.settingsSchema);
    if (checker.infoJson.empty()) return;
    row("about", "");
    printIndented(checker.infoJson);
}

void printText(const std::string& file, const PluginSummary& summary) {
    row("file", file);
    if (summary.said) row("plugin", summary.said->name + " " + summary.said->version);
    row("ABI", "needs " + abi(summary.note.abiMajor, summary.note.abiMinorNeeded) + ", built with " +
                   abi(summary.note.abiMajor, summary.note.abiMinorBuilt));
    row("process", (summary.note.flags & PH_PLUGIN_OWN_PROCESS) != 0 ? "always one of its own" : "");
    row("build-id", summary.buildId);
    row("libraries", joined(summary.libraries));
    row("versions", joined(summary.versions));
    if (!summary.said) return;
    for (const auto& checker : summary.said->checkers) print(checker);
}

Array::Ptr list(const std::vector<std::string>& texts) {
    Array::Ptr array = new Array;
    for (const auto& text : texts) array->add(text);
    return array;
}

// What the author meant as JSON stays JSON, unless it is none.
Poco::Dynamic::Var parsed(const std::string& text) {
    try {
        return text.empty() ? Poco::Dynamic::Var() : inOrder(text);
    } catch (const Poco::Exception&) {
        return text;
    }
}

Object::Ptr json(const CheckerInfo& checker) {
    Object::Ptr object = new Object(Poco::JSON_PRESERVE_KEY_ORDER);
    object->set("checker", checker.name);
    object->set("summary", checker.summary);
    object->set("scope", checker.local ? "local" : "external");
    Array::Ptr probes = new Array;
    for (const auto probe : allProbes) {
        if (checker.probes.has(probe)) probes->add(std::string(name(probe)));
    }
    object->set("probes", probes);
    object->set("timeout_ms", checker.timeout.count());
    object->set("interval_ms", checker.interval.count());
    object->set("max_age_ms", checker.maxAge.count());
    object->set("starts_programs", checker.startsPrograms);
    object->set("schema", parsed(checker.settingsSchema));
    object->set("about", parsed(checker.infoJson));
    return object;
}

Object json(const std::string& file, const PluginSummary& summary) {
    Object body(Poco::JSON_PRESERVE_KEY_ORDER);
    body.set("file", file);
    body.set("abi_needed", abi(summary.note.abiMajor, summary.note.abiMinorNeeded));
    body.set("abi_built", abi(summary.note.abiMajor, summary.note.abiMinorBuilt));
    body.set("own_process", (summary.note.flags & PH_PLUGIN_OWN_PROCESS) != 0);
    body.set("build_id", summary.buildId);
    body.set("libraries", list(summary.libraries));
    body.set("versions", list(summary.versions));
    if (!summary.refusal.empty()) body.set("refused", summary.refusal);
    if (!summary.said) return body;
    body.set("plugin", summary.said->name);
    body.set("version", summary.said->version);
    Array::Ptr checkers = new Array;
    for (const auto& checker : summary.said->checkers) checkers->add(json(checker));
    body.set("checkers", checkers);
    return body;
}

int refused(const std::string& file, const std::string& reason) {
    std::cerr << "error: " << printable(file) << ": " << printable(reason) << '\n';
    return Unhealthy;
}

int info(const InfoOptions& options) {
    try {
        const auto summary = authoring::summarise(options.file, !options.fileOnly);
        if (options.format == Format::Json) {
            json(options.file, summary).stringify(std::cout);
            std::cout << '\n';
        } else {
            printText(options.file, summary);
        }
        const int status = summary.refusal.empty() ? int{Ok} : refused(options.file, summary.refusal);
        return written(status, CannotWrite);
    } catch (const PluginRefused& reason) {
        return refused(options.file, reason.what());
    }
}

} // namespace

void addPluginInfo(CLI::App& group, int& status) {
    auto options = std::make_shared<InfoOptions>();
    auto* command = group.add_subcommand("info", "Show what a plugin offers and needs");
    command->add_option("FILE", options->file, "The plugin's .so file")->required()->type_name("");
    command->add_flag("--file-only", options->fileOnly, "Only what the file says: none of its code is run");
    addFormat(*command, options->format, {{"text", Format::Text}, {"json", Format::Json}});
    command->footer(
        "\nWhat it needs of the ABI, its build-id and its libraries are read from the file; its checkers, their "
        "defaults\nand the schemas of their settings are asked for in a process of its own, which may crash or hang.\n"
        "Exit status: 0, or 1 for a file that this host cannot use as a plugin.");
    command->callback([&status, options] { status = info(*options); });
}

} // namespace probehost::cli
