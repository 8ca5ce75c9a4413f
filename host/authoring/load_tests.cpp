// What opening a plugin does, and what its tables say.
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <dlfcn.h>
#include <unistr.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include "authoring/guarded_memory.hpp"
#include "authoring/opened_plugin.hpp"
#include "authoring/process_state.hpp"
#include "authoring/schema_sample.hpp"
#include "authoring/settings_choice.hpp"
#include "authoring/verify_test.hpp"
#include "config/schema_validation.hpp"
#include "config/suggestion.hpp"
#include "isolation/worker.hpp"

namespace probehost::authoring {

namespace {

Finding opens(const Subject& subject) {
    subject.doing("dlopen() and the entry function");
    try {
        const OpenedPlugin opened(subject);
        return pass();
    } catch (const PluginRefused& refused) {
        return fail(refused.what(), "the host refuses it for the same reason");
    }
}

// Bypasses PluginLibrary, which would call init too.
ph_entry_fn entryOf(const std::string& file) {
    void* handle = dlopen(std::filesystem::absolute(file).c_str(), RTLD_NOW | RTLD_LOCAL);
    void* symbol = handle == nullptr ? nullptr : dlsym(handle, PH_ENTRY_SYMBOL);
    if (symbol == nullptr) throw PluginRefused("it cannot be opened");
    return reinterpret_cast<ph_entry_fn>(symbol);
}

// How long this thread has waited for a processor so far: on a busy machine that is nobody's fault.
Clock::duration waitedForProcessor() {
    std::ifstream statistics("/proc/thread-self/schedstat");
    int64_t ran = 0;
    int64_t waited = 0;
    statistics >> ran >> waited;
    return std::chrono::nanoseconds(waited);
}

Finding opensQuickly(const Subject& subject) {
    constexpr std::chrono::milliseconds quick{100};
    RecordingServices services;
    const PluginHost host(services);
    const auto waited = waitedForProcessor();
    const auto start = Clock::now();
    entryOf(subject.file)(host.table());
    const auto took =
        std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start - (waitedForProcessor() - waited));
    const auto text = std::to_string(took.count()) + " ms";
    return took <= quick ? pass(text) : warn("it took " + text, "do in init() or create() what constructors do now");
}

Finding leavesProcessAsItIs(const Subject& subject) {
    RecordingServices services;
    const PluginHost host(services);
    std::signal(SIGPIPE, SIG_DFL); // so that it is seen when somebody ignores it
    const ProcessState before;
    entryOf(subject.file)(host.table());
    const auto changes = settledChanges(before);
    if (changes.empty()) return pass();
    const bool apart = (inspectPluginFile(subject.file).flags & PH_PLUGIN_OWN_PROCESS) != 0;
    if (apart || hasGoRuntime(subject.file))
        return skip("it has a process of its own, where this harms nobody: " + joined(changes));
    return fail("loading it changed " + joined(changes) + " (rule C6)",
                "put it back, or say PH_PLUGIN_OWN_PROCESS in the note and the table");
}

Finding alwaysSaysTheSame(const Subject& subject) {
    RecordingServices services;
    const PluginHost host(services);
    const auto entry = entryOf(subject.file);
    const auto* first = entry(host.table());
    std::vector<const ph_plugin*> answers(8);
    subject.doing("the entry function, in eight threads");
    std::vector<std::thread> threads;
    for (auto& answer : answers) threads.emplace_back([&] { answer = entry(host.table()); });
    for (auto& thread : threads) thread.join();
    answers.push_back(entry(host.table()));
    for (const auto* answer : answers) {
        if (answer != first)
            return fail("its entry function gave another pointer the second time (rule O4)",
                        "return a static constant");
    }
    return pass();
}

// A table of the host's whose size is what `bytes` says, against a guard.
Finding servesHostOfSize(const Subject& subject, uint32_t bytes) {
    RecordingServices services;
    const PluginHost host(services);
    const GuardedMemory memory(bytes);
    std::memset(memory.get(), 0xA5, bytes);
    std::memcpy(memory.get(), host.table(), std::min<size_t>(bytes, sizeof(ph_host)));
    auto* table = static_cast<ph_host*>(memory.get());
    table->struct_size = bytes;
    if (bytes > sizeof(ph_host)) table->abi_minor = PH_ABI_MINOR + 1;
    const PluginLibrary library(subject.file, table);
    for (const auto& info : library.describe().checkers) {
        TriedCheck check(*library.find(info.name), table, settingsOf(subject, info));
        if (check.created()) check.run(Clock::now());
    }
    return pass();
}

Finding servesOldAndNewHosts(const Subject& subject) {
    constexpr uint32_t more = 64;
    try {
        subject.doing("a host of ABI 1.0 whose table ends at a guard page");
        servesHostOfSize(subject, sizeof(ph_host));
        subject.doing("a later host, whose table is 64 bytes longer");
        return servesHostOfSize(subject, sizeof(ph_host) + more);
    } catch (const PluginRefused& refused) {
        return fail(std::string("it refuses a later host: ") + refused.what(),
                    "ask for at least what you need, not for what you know");
    }
}

bool isUtf8(const char* text) {
    return text == nullptr || u8_check(reinterpret_cast<const uint8_t*>(text), std::strlen(text)) == nullptr;
}

std::string wrongWith(const ph_checker& checker) {
    constexpr uint32_t known = PH_PROBE_LIVE | PH_PROBE_READY | PH_PROBE_STARTED;
    if (checker.scope > PH_SCOPE_LOCAL) return "its scope is none of PH_SCOPE_…";
    if (checker.probes == 0) return "it suggests no probe";
    if ((checker.probes & ~known) != 0) return "it suggests probes that are none of PH_PROBE_…";
    if ((checker.flags & ~uint32_t{PH_CHECKER_NO_IO | PH_CHECKER_STARTS_PROGRAMS}) != 0)
        return "its flags are none of PH_CHECKER_…";
    if (checker.reserved != 0) return "`reserved` is not 0";
    if (checker.summary == nullptr || *checker.summary == '\0') return "it has no summary";
    if (!isUtf8(checker.summary) || !isUtf8(checker.settings_schema) || !isUtf8(checker.info_json))
        return "a text of it is not UTF-8 (rule O2)";
    return "";
}

Finding hasSoundTables(const Subject& subject) {
    const OpenedPlugin opened(subject);
    const auto& table = opened.library.plugin();
    const auto note = inspectPluginFile(subject.file);
    if (note.abiMajor != table.abi_major || note.abiMinorNeeded != table.abi_minor_needed || note.flags != table.flags)
        return fail("its note and its table differ in ABI version or flags",
                    "write the same into PH_ELF_NOTE and ph_plugin");
    for (const auto& info : opened.library.describe().checkers) {
        const auto wrong = wrongWith(*opened.library.find(info.name));
        if (!wrong.empty()) return fail("checker " + info.name + ": " + wrong, "abi.h says what each member may be");
    }
    return pass();
}

Finding schemaOf(const CheckerInfo& checker) {
    if (const auto wrong = SettingsSchema::wrongWith(checker.settingsSchema); !wrong.empty())
        return fail("the settings schema of " + checker.name + " cannot be used: " + wrong,
                    "write JSON Schema, draft 7");
    const auto root = SettingsSchema(checker.settingsSchema).json();
    if (root->optValue<std::string>("type", "") != "object")
        return fail("the settings schema of " + checker.name + " is not of an object", R"(write "type": "object")");
    if (!exampleFits(checker))
        return fail("the example of " + checker.name + " does not fit its own schema", "correct either of them");
    const auto closed = root->get("additionalProperties");
    if (!closed.isBoolean() || closed.convert<bool>())
        return warn("the schema of " + checker.name + " accepts misspelt settings",
                    R"(write "additionalProperties": false)");
    return pass();
}

Finding hasUsableSchemas(const Subject& subject) {
    Finding worst = pass();
    for (const auto& checker : OpenedPlugin(subject).library.describe().checkers) {
        auto finding = schemaOf(checker);
        if (finding.outcome == Outcome::Fail) return finding;
        if (finding.outcome == Outcome::Warn) worst = finding;
    }
    return worst;
}

Finding knowsNoStrangeExtension(const Subject& subject) {
    const OpenedPlugin opened(subject);
    const auto& plugin = opened.library.plugin();
    for (const auto* id : {"probehost.verify-made-this-up/1", "", "\xFF/0"}) {
        subject.doing(std::string("get_extension(\"") + id + "\")");
        bool known = plugin.get_extension != nullptr && plugin.get_extension(id) != nullptr;
        for (uint32_t i = 0; i < plugin.checker_count; i++) {
            const auto& checker = *plugin.checkers[i];
            known = known || (checker.get_extension != nullptr && checker.get_extension(&checker, id) != nullptr);
        }
        if (known)
            return fail(std::string("get_extension(\"") + id + "\") gave something",
                        "return NULL for every id that you do not know");
    }
    return pass();
}

} // namespace

VerifyTests loadTests() {
    constexpr std::chrono::seconds limit{10};
    constexpr const char* quiet = "constructors and the entry function must do nothing that can fail or wait";
    constexpr const char* bounded = "read no member of ph_host that PH_HAS() does not find";
    return {
        {"L1", 1, "the host opens it", "S2", quiet, Worker::loadLimit, opens},
        {"L3", 1, "it opens within 100 ms", "L1", quiet, limit, opensQuickly},
        {"L4", 1, "opening it leaves the process as it is", "L1", quiet, limit, leavesProcessAsItIs},
        {"L5", 1, "its entry function always gives the same table", "L1", quiet, limit, alwaysSaysTheSame},
        {"L7", 1, "its tables are sound and agree with its note", "L1", quiet, limit, hasSoundTables},
        {"L8", 1, "its settings have usable, closed schemas that fit the examples", "L7", quiet, limit,
         hasUsableSchemas},
        {"L9", 1, "it knows no extension that does not exist", "L7", quiet, limit, knowsNoStrangeExtension},
        {"L6", 2, "it serves hosts of ABI 1.0 and later ones", "R14", bounded, limit, servesOldAndNewHosts},
    };
}

} // namespace probehost::authoring
