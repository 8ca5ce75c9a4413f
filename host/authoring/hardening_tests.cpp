// What the file says of its making: link options, runtimes, old systems, and who may replace it.
#include <elf.h>
#include <probehost/abi.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>

#include "authoring/elf_image.hpp"
#include "authoring/static_tests.hpp"
#include "config/suggestion.hpp"
#include "plugin/file_trust.hpp"
#include "plugin/plugin_file.hpp"

namespace probehost::authoring {

namespace {

Finding isHardened(const Subject& subject) {
    const auto image = readElf(subject.file);
    if (image.textRelocations)
        return fail("its code is changed while it is loaded (TEXTREL)", "compile all of it with -fPIC");
    if (image.executableStack)
        return fail("it asks for an executable stack, which newer systems refuse", "link with -Wl,-z,noexecstack");
    const bool bindsNow = (image.flags & DF_BIND_NOW) != 0 || (image.flags1 & DF_1_NOW) != 0;
    if (!bindsNow) return warn("its symbols are bound only when they are used", "link with -Wl,-z,now");
    if (!image.readOnlyRelocations) return warn("its tables stay writable", "link with -Wl,-z,relro");
    return pass();
}

bool hasProcessOfItsOwn(const std::string& file) {
    return (inspectPluginFile(file).flags & PH_PLUGIN_OWN_PROCESS) != 0 || hasGoRuntime(file);
}

Finding harmless(const std::string& reason) {
    return skip("it has a process of its own, where this harms nobody: " + reason);
}

Finding needsNoStaticThreadMemory(const Subject& subject) {
    constexpr uint64_t room = 1024; // what glibc keeps for libraries that come late
    const auto image = readElf(subject.file);
    if ((image.flags & DF_STATIC_TLS) == 0) return pass();
    const auto reason = "it wants " + std::to_string(image.threadLocalBytes) + " bytes of static thread-local memory";
    constexpr const char* fix = "compile without -ftls-model=initial-exec, also the libraries linked into it";
    if (hasProcessOfItsOwn(subject.file)) return harmless(reason);
    if (image.threadLocalBytes >= room) return fail(reason + ", which a running process need not have", fix);
    return warn(reason + ", of which all plugins of a process share a few hundred", fix);
}

// 2.34 of "GLIBC_2.34"; {} of anything else.
std::vector<int> versionNumbers(std::string_view text) {
    std::vector<int> numbers;
    while (!text.empty()) {
        int number = 0;
        const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (failed != std::errc()) return {};
        numbers.push_back(number);
        text.remove_prefix(static_cast<size_t>(end - text.data()));
        if (!text.empty() && text.front() != '.') return {};
        if (!text.empty()) text.remove_prefix(1);
    }
    return numbers;
}

Finding runsOnOldSystems(const Subject& subject) {
    constexpr std::string_view prefix = "GLIBC_";
    if (subject.glibc.empty()) return skip("say which C library it must run with, such as --glibc 2.31");
    const auto floor = versionNumbers(subject.glibc);
    std::vector<int> highest;
    std::string name;
    for (const auto& version : readElf(subject.file).symbolVersions) {
        if (!version.starts_with(prefix)) continue;
        const auto numbers = versionNumbers(std::string_view(version).substr(prefix.size()));
        if (numbers > highest) name = version;
        highest = std::max(highest, numbers);
    }
    if (highest <= floor) return pass(name.empty() ? "it needs none" : "it needs " + name);
    return fail("it needs " + name + ", newer than " + subject.glibc, "build it on the oldest system that it is for");
}

Finding knowsItsRuntime(const Subject& subject) {
    static constexpr std::array sanitizers = {"libasan.", "libtsan.", "libubsan.", "liblsan.", "libmsan."};
    const auto image = readElf(subject.file);
    const auto note = inspectPluginFile(subject.file);
    if (hasGoRuntime(subject.file) && (note.flags & PH_PLUGIN_OWN_PROCESS) == 0)
        return warn("Go's runtime takes signals and threads of a whole process, so the host keeps it apart unasked",
                    "write PH_ELF_NOTE(0, PH_PLUGIN_OWN_PROCESS), and the same into the table");
    for (const auto& library : image.needed) {
        if (std::ranges::any_of(sanitizers, [&](const char* one) { return library.starts_with(one); }))
            return warn("it was built with a sanitizer (" + library + ")", "build what you ship without -fsanitize");
    }
    return pass();
}

Finding leavesProcessAlone(const Subject& subject) {
    static constexpr std::array meddling = {
        "exit",      "_exit",  "_Exit",  "quick_exit", "fork",  "vfork",    "setlocale", "signal",         "chdir",
        "sigaction", "fchdir", "setenv", "putenv",     "umask", "unsetenv", "clearenv",  "pthread_cancel", "select"};
    std::vector<std::string> found;
    for (const auto& symbol : readElf(subject.file).symbols) {
        if (!symbol.defined && std::ranges::find(meddling, symbol.name) != meddling.end()) found.push_back(symbol.name);
    }
    if (found.empty()) return pass();
    if (hasProcessOfItsOwn(subject.file)) return harmless("it can call " + joined(found));
    return warn("it can call " + joined(found) + ", which concern the whole process (rule C6)",
                "do without; poll() in place of select()");
}

// "" or why the host would not take what lies there.
std::string distrust(const std::string& path) {
    try {
        requireTrusted(path);
    } catch (const PluginRefused& refused) {
        return path + " " + refused.what();
    }
    return "";
}

Finding isSafelyKept(const Subject& subject) {
    constexpr const char* fix =
        "whoever may write it runs code as the host: install it with mode 644, in a folder of root's";
    if (const auto wrong = distrust(subject.file); !wrong.empty()) return fail(wrong, fix);
    const auto folder = std::filesystem::absolute(subject.file).parent_path().string();
    if (const auto wrong = distrust(folder); !wrong.empty()) return warn(wrong, fix); // it may move yet
    if (readElf(subject.file).buildId.empty())
        return warn("it has no build-id, by which a crash is traced to its source", "link with -Wl,--build-id");
    return pass();
}

} // namespace

VerifyTests hardeningTests() {
    constexpr const char* sound = "the file is damaged: build it again";
    constexpr std::chrono::seconds limit{10};
    return {
        {"S7", 1, "it is linked as plugins must be", "S1", sound, limit, isHardened},
        {"S8", 1, "it needs no thread-local memory reserved at the start", "S2", sound, limit,
         needsNoStaticThreadMemory},
        {"S9", 1, "it runs with the oldest C library it is meant for", "S1", sound, limit, runsOnOldSystems},
        {"S10", 1, "its language's runtime gets on with the host", "S2", sound, limit, knowsItsRuntime},
        {"S11", 1, "it calls nothing that changes the whole process", "S2", sound, limit, leavesProcessAlone},
        {"S12", 1, "only its owner may replace it, and crashes can be traced to it", "S1", sound, limit, isSafelyKept},
    };
}

} // namespace probehost::authoring
