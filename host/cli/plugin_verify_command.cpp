// probehost plugin verify: every rule of the plugin ABI, tried.
#include <unistd.h>

#include <iostream>
#include <memory>
#include <random>

#include "authoring/peer_address.hpp"
#include "authoring/plugin_summary.hpp"
#include "authoring/settings_choice.hpp"
#include "authoring/test_process.hpp"
#include "cli/diagnostics_output.hpp"
#include "cli/format_option.hpp"
#include "cli/plugin_group.hpp"
#include "cli/terminal.hpp"
#include "cli/verify_output.hpp"
#include "config/suggestion.hpp"

namespace probehost::cli {

namespace {

using authoring::Outcome;
using authoring::VerifiedTest;

struct VerifyOptions {
    authoring::Subject subject;
    authoring::Selection selection;
    std::string inProcess; // the id of one test
    int report = STDOUT_FILENO;
    Format format = Format::Text;
};

constexpr const char* verifyFooter = R"(
Each test runs in a process of its own with a time limit, so a plugin that crashes or hangs fails that test alone.
S tests read the file, L tests open it, C tests create checks, R tests run them, T and U tests end them and compare.

--with names a YAML file with the settings of one checker, as `with:` of a configuration has them. Without it the
checker's own example is used, or else the least that its schema accepts. In that file ${peer} stands for HOST:PORT
(${peer_host} and ${peer_port} for its parts) of a peer inside the test that refuses, is silent, resets, breaks off,
talks garbage, drips or floods: point the checker's address there, and the tests of what a sick dependency does to it
can run.

A finding is PASS, WARN (a risk), FAIL (a broken rule) or SKIP (it could not be tried, and why).
Under a debugger: gdb --args probehost plugin verify F.so --in-process R1

Exit status: 0 when nothing failed, 1 otherwise, 64 for a mistake in the command line, 78 for settings that are not fit.)";

bool knowsTests(const std::vector<std::string>& ids) {
    std::vector<std::string> known;
    for (const auto& test : authoring::verifyTests()) known.emplace_back(test.id);
    bool all = true;
    for (const auto& id : ids) {
        if (authoring::findTest(id) != nullptr) continue;
        std::cerr << "error: there is no test \"" << printable(id) << '"' << hint(id, known) << '\n';
        all = false;
    }
    return all;
}

// Of a plugin that can be asked; what is wrong with one that cannot is for the tests to say.
int checkSettings(const authoring::Subject& subject, std::vector<std::string>& secrets) try {
    const auto said = authoring::summarise(subject.file, true).said;
    if (!said) return Ok;
    const auto* checker = authoring::chosenChecker(*said, subject.checker);
    if (checker == nullptr) {
        std::cerr << "error: " << printable(authoring::whichChecker(*said, subject.checker)) << '\n';
        return UsageError;
    }
    if (subject.settingsFile.empty()) return Ok;
    Diagnostics diagnostics;
    const auto settings = authoring::readSettingsFile(subject.settingsFile, *checker, diagnostics);
    if (printErrors(diagnostics) || !settings) return ConfigError;
    secrets = settings->secrets;
    authoring::revealPeer(secrets);
    return Ok;
} catch (const PluginRefused&) {
    return Ok;
}

void tellProgress(const authoring::VerifyTest& test, size_t place, size_t total) {
    if (isatty(STDERR_FILENO) == 0) return;
    std::cerr << "\r\033[K" << place << " of " << total << ": " << test.id << ", " << test.shows << std::flush;
}

void mask(std::vector<VerifiedTest>& results, const std::vector<std::string>& secrets) {
    const Redactor redactor(secrets);
    for (auto& result : results) result.finding.reason = redactor.redact(result.finding.reason);
}

int verifyAll(const VerifyOptions& options) {
    std::vector<std::string> secrets;
    if (!options.subject.settingsFile.empty() || !options.subject.checker.empty()) {
        authoring::offerPeer(authoring::nobody);
        if (const int status = checkSettings(options.subject, secrets); status != Ok) return status;
    }
    const auto tests = authoring::chosenTests(options.selection);
    auto results = authoring::verify(options.subject, tests,
                                     [&](const auto& test, size_t place) { tellProgress(test, place, tests.size()); });
    if (isatty(STDERR_FILENO) == 1) std::cerr << "\r\033[K" << std::flush;
    mask(results, secrets);
    std::cout << renderVerification(options.subject, results, options.format);
    return written(authoring::count(results, Outcome::Fail) == 0 ? Ok : Unhealthy, CannotWrite);
}

int verify(const VerifyOptions& options) {
    auto ids = options.selection.only;
    if (!options.inProcess.empty()) ids.push_back(options.inProcess);
    if (!knowsTests(ids)) return UsageError;
    if (options.inProcess.empty()) return verifyAll(options);
    authoring::runHere(*authoring::findTest(options.inProcess), options.subject, options.report);
}

void addWhatToTest(CLI::App& command, VerifyOptions& options) {
    command.add_option("--level", options.selection.level, "1: quick, 2: thorough, 3: patient, some minutes")
        ->check(CLI::Range(1, 3))
        ->capture_default_str()
        ->type_name("N");
    command.add_option("--only", options.selection.only, "These tests, and those that they need, such as S3,R1")
        ->delimiter(',')
        ->type_name("ID,…");
    command.add_option("--seed", options.subject.seed, "For the settings that C2 makes up; else a new one each time")
        ->check([](const std::string& text) {
            const bool sound = text.size() < 20 && text.find_first_not_of("0123456789") == std::string::npos;
            return sound ? std::string() : std::string("expected a whole number of at most 19 digits");
        })
        ->type_name("N");
    command
        .add_option("--previous", options.subject.previous, "An earlier version, to be tried in the same process (U1)")
        ->check(CLI::ExistingFile)
        ->type_name("FILE");
    command.add_option("--glibc", options.subject.glibc, "The oldest C library that it must run with, such as 2.31")
        ->check([](const std::string& text) {
            const bool sound = !text.empty() && text.find_first_not_of("0123456789.") == std::string::npos;
            return sound ? std::string() : std::string("expected a version such as 2.31");
        })
        ->type_name("VERSION");
    command.add_option("--in-process", options.inProcess, "Run one test in this process, for debuggers")
        ->type_name("ID");
    command.add_option("--report", options.report)->group(""); // where a test's process tells what it found
}

} // namespace

void addPluginVerify(CLI::App& group, int& status) {
    auto options = std::make_shared<VerifyOptions>();
    options->subject.seed = std::random_device()();
    auto* command = group.add_subcommand("verify", "Try every rule of the plugin ABI on a plugin");
    command->add_option("FILE", options->subject.file, "The plugin's .so file")->required()->type_name("");
    command->add_option("--with", options->subject.settingsFile, "Settings to try it with")->type_name("FILE");
    command->add_option("--checker", options->subject.checker, "Which of its checkers, when it has several")
        ->type_name("NAME");
    addWhatToTest(*command, *options);
    addFormat(*command, options->format, {{"text", Format::Text}, {"json", Format::Json}, {"junit", Format::Junit}});
    command->footer(verifyFooter);
    command->callback([&status, options] { status = verify(*options); });
}

} // namespace probehost::cli
