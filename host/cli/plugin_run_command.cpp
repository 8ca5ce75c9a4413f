// probehost plugin run: one run of one checker, traced.
#include <Poco/JSON/Object.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <memory>

#include "authoring/plugin_summary.hpp"
#include "authoring/settings_choice.hpp"
#include "authoring/traced_run.hpp"
#include "cli/diagnostics_output.hpp"
#include "cli/format_option.hpp"
#include "cli/plugin_group.hpp"
#include "cli/terminal.hpp"
#include "config/duration.hpp"

namespace probehost::cli {

namespace {

using authoring::TracedRun;

struct RunOptions {
    std::string file;
    std::string settingsFile;
    std::string checker;
    std::string timeout; // "": the checker's own
    Format format = Format::Text;
};

constexpr DurationLimits timeoutBounds{milliseconds(1), std::chrono::hours(1)}; // as the plugin ABI has it

// A run with the times of its steps, as it is told.
struct Story {
    const PluginDescription& plugin;
    const CheckerInfo& checker;
    Clock::duration loading;
    milliseconds timeout;
    TracedRun trace;
};

// To a tenth, which is all that a reader can use.
double inMs(Clock::duration time) {
    return std::round(std::chrono::duration<double, std::milli>(time).count() * 10) / 10;
}

std::string msText(Clock::duration time) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f ms", inMs(time));
    return text.data();
}

bool isHealthy(const TracedRun& trace) { return trace.result && trace.result->status != Status::Fail; }

// What a probe would say of it.
std::string messageOf(const Story& story) {
    if (story.trace.result) return story.trace.result->message;
    return "Timeout after " + std::to_string(story.timeout.count()) + "ms";
}

std::string wordFor(const TracedRun& trace) {
    if (!isHealthy(trace)) return "unhealthy";
    return trace.result->status == Status::Warn ? "degraded" : "healthy";
}

void step(const std::string& name, const std::string& when, const std::string& text) {
    const auto padded = [](const std::string& word, size_t width) {
        return word + std::string(word.size() < width ? width - word.size() : 1, ' ');
    };
    std::cout << coloured(padded(name, 9), Colour::Dim) << padded(when, 12) << printable(text) << '\n';
}

void tellText(const Story& story) {
    static constexpr std::array levels = {"debug", "info", "warning", "error"};
    const auto& trace = story.trace;
    step("load", msText(story.loading), story.plugin.name + " " + story.plugin.version + ", in a process of its own");
    step("create", msText(trace.creating), story.checker.name + ", in a new worker");
    for (const auto& line : trace.lines)
        step("log", (line.at < trace.begin ? "" : "+") + msText(line.at - trace.begin),
             std::string(levels[static_cast<size_t>(line.level)]) + ": " + line.text);
    step("run", msText(trace.running), "of " + durationText(story.timeout) + " allowed");
    if (trace.late > Clock::duration(0))
        step("late", msText(trace.late), "after its deadline (rule C2); a host gives no more than 200 ms");
    if (trace.result) {
        for (const auto& [key, text] : trace.result->facts) step("fact", key, text);
        if (!trace.result->detail.empty()) step("detail", "", trace.result->detail);
    }
    const auto colour = !isHealthy(trace) ? Colour::Red : messageOf(story).empty() ? Colour::Green : Colour::Yellow;
    std::cout << coloured("verdict  ", Colour::Dim) << coloured(wordFor(trace), colour)
              << (messageOf(story).empty() ? "" : ": " + printable(messageOf(story))) << '\n';
}

void tellJson(const Story& story) {
    using Poco::JSON::Object;
    const auto& trace = story.trace;
    Object body(Poco::JSON_PRESERVE_KEY_ORDER);
    body.set("checker", story.checker.name);
    body.set("status", wordFor(trace));
    body.set("message", messageOf(story));
    body.set("detail", trace.result ? trace.result->detail : "");
    Object::Ptr facts = new Object(Poco::JSON_PRESERVE_KEY_ORDER);
    if (trace.result) {
        for (const auto& [key, text] : trace.result->facts) facts->set(key, text);
    }
    body.set("facts", facts);
    Poco::JSON::Array::Ptr lines = new Poco::JSON::Array;
    for (const auto& line : trace.lines) lines->add(line.text);
    body.set("log", lines);
    body.set("load_ms", inMs(story.loading));
    body.set("create_ms", inMs(trace.creating));
    body.set("run_ms", inMs(trace.running));
    body.set("late_ms", inMs(trace.late));
    body.set("timeout_ms", story.timeout.count());
    body.stringify(std::cout);
    std::cout << '\n';
}

int failed(const std::string& file, const std::string& why, int status) {
    std::cerr << "error: " << printable(file) << ": " << printable(why) << '\n';
    return status;
}

int runChecker(const RunOptions& options, const PluginDescription& plugin, Clock::duration loading) {
    const auto* checker = authoring::chosenChecker(plugin, options.checker);
    if (checker == nullptr) return failed(options.file, authoring::whichChecker(plugin, options.checker), UsageError);
    if (checker->startsPrograms)
        return failed(options.file,
                      checker->name +
                          " starts programs, which the worker process of this command may not; try it with "
                          "`probehost check` and isolation: thread",
                      Unhealthy);
    Diagnostics diagnostics;
    const auto settings = authoring::readSettingsFile(options.settingsFile, *checker, diagnostics);
    if (printErrors(diagnostics) || !settings) return ConfigError;
    const auto timeout = options.timeout.empty()
                             ? checker->timeout
                             : std::get<milliseconds>(parseDuration(options.timeout, timeoutBounds));
    const Story story = {plugin, *checker, loading, timeout,
                         authoring::traceRun(options.file, checker->name, *settings, timeout)};
    if (!story.trace.refusal.empty())
        return failed(options.settingsFile.empty() ? options.file : options.settingsFile, story.trace.refusal,
                      ConfigError);
    options.format == Format::Json ? tellJson(story) : tellText(story);
    return written(isHealthy(story.trace) ? Ok : Unhealthy, CannotWrite);
}

int runPlugin(const RunOptions& options) {
    try {
        const auto start = Clock::now();
        const auto summary = authoring::summarise(options.file, true);
        if (!summary.said) return failed(options.file, summary.refusal, Unhealthy);
        return runChecker(options, *summary.said, Clock::now() - start);
    } catch (const PluginRefused& reason) {
        return failed(options.file, reason.what(), Unhealthy);
    }
}

std::string wrongWithTimeout(const std::string& text) {
    const auto parsed = parseDuration(text, timeoutBounds);
    const auto* why = std::get_if<std::string>(&parsed);
    return why == nullptr ? "" : *why;
}

} // namespace

void addPluginRun(CLI::App& group, int& status) {
    auto options = std::make_shared<RunOptions>();
    auto* command = group.add_subcommand("run", "Run a checker once and show everything that it says");
    command->add_option("FILE", options->file, "The plugin's .so file")->required()->type_name("");
    command->add_option("--with", options->settingsFile, "Its settings, as `with:` of a configuration has them")
        ->type_name("FILE");
    command->add_option("--checker", options->checker, "Which of its checkers, when it has several")->type_name("NAME");
    command->add_option("--timeout", options->timeout, "How long the run may take; else what the checker suggests")
        ->check(wrongWithTimeout)
        ->type_name("TIME");
    addFormat(*command, options->format, {{"text", Format::Text}, {"json", Format::Json}});
    command->footer(
        "\nThe settings are a YAML map; ${NAME}, ${file:PATH} and ${credential:NAME} expand as in a configuration, and "
        "secrets\nare masked. The plugin runs in a worker process, as it does in a host that does not know it.\n"
        "Exit status: 0 healthy or degraded, 1 not, 78 for settings that are not fit.");
    command->callback([&status, options] { status = runPlugin(*options); });
}

} // namespace probehost::cli
