// The child's end: a test, its finding, and a quick end.
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <exception>

#include "authoring/report_pipe.hpp"
#include "authoring/settings_choice.hpp"
#include "authoring/test_process.hpp"
#include "plugin/plugin_file.hpp"

namespace probehost::authoring {

namespace {

constexpr int unheard = 70;
int reportTo = STDOUT_FILENO;

[[noreturn]] void finish(const Finding& finding) { _exit(writeWhole(reportTo, findingLine(finding)) ? 0 : unheard); }

// Where the plugin has another C++ runtime this is not called, and SIGABRT says it instead.
[[noreturn]] void atTerminate() {
    finish(fail("an exception crossed the ABI, or left a function that must not throw (rule C5)",
                "catch everything at the boundary, as checker.hpp does"));
}

Finding found(const VerifyTest& test, const Subject& subject) {
    try {
        return test.run(subject);
    } catch (const PluginRefused& refused) {
        return skip(std::string("the plugin is refused: ") + refused.what());
    } catch (const NoSettings& none) {
        return skip(none.what());
    } catch (const std::exception& failure) {
        return fail(std::string("an exception came out of it: ") + failure.what(), test.fix);
    } catch (...) {
        return fail("an exception of an unknown type came out of it", test.fix);
    }
}

} // namespace

void runHere(const VerifyTest& test, Subject subject, int report) {
    reportTo = report;
    if (report != STDOUT_FILENO) prctl(PR_SET_PDEATHSIG, SIGKILL);
    const rlimit none = {0, 0};
    if (report != STDOUT_FILENO) setrlimit(RLIMIT_CORE, &none);
    std::set_terminate(atTerminate);
    std::signal(SIGPIPE, SIG_IGN); // as a host has it
    subject.doing = [](const std::string& what) { writeWhole(reportTo, doingLine(what)); };
    const auto finding = found(test, subject);
    if (!test.exits) finish(finding);
    if (!writeWhole(reportTo, findingLine(finding))) _exit(unheard);
    std::exit(0); // NOLINT(concurrency-mt-unsafe): which is what the test is about
}

} // namespace probehost::authoring
