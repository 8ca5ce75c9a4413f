// What the file says of itself: kind, note, symbols and libraries.
#include "authoring/static_tests.hpp"

#include <elf.h>
#include <probehost/abi.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

#include "authoring/library_closure.hpp"
#include "config/suggestion.hpp"
#include "plugin/plugin_file.hpp"

namespace probehost::authoring {

namespace {

constexpr const char* buildRules = "build it with probehost_add_plugin() or the flags of `pkg-config probehost-sdk`";

std::string listed(std::vector<std::string> names) {
    constexpr size_t most = 5;
    const auto count = names.size();
    if (count > most) names.resize(most);
    return joined(names) + (count > most ? " and " + std::to_string(count - most) + " more" : "");
}

Finding isSharedObject(const Subject& subject) {
    try {
        const auto image = readElf(subject.file);
        const auto own = readElf("/proc/self/exe");
        if (image.machine != own.machine || image.wordClass != own.wordClass || image.byteOrder != own.byteOrder)
            return fail("it was built for another machine", "build it on the kind of machine that it is to run on");
        if (image.type != ET_DYN)
            return fail("not a shared object (an ELF file of another type)", "link it with -shared");
    } catch (const PluginRefused& refused) {
        return fail(refused.what(), "give the .so that the linker wrote");
    }
    return pass();
}

// The host looks at the entry before the note, so whatever it says behind S1 and S3 is of the note.
Finding carriesNote(const Subject& subject) {
    try {
        const auto note = inspectPluginFile(subject.file);
        return pass("needs plugin ABI " + std::to_string(note.abiMajor) + "." + std::to_string(note.abiMinorNeeded));
    } catch (const PluginRefused& refused) {
        return fail(refused.what(), "write PH_ELF_NOTE(0, 0) or PROBEHOST_PLUGIN(…) once, with this host's SDK");
    }
}

// Which linkers put there by themselves.
bool isLinkers(const std::string& name) {
    static constexpr std::array names = {"_init", "_fini", "__bss_start", "_edata", "_end"};
    return std::ranges::find(names, name) != names.end();
}

Finding exportsEntryOnly(const Subject& subject) {
    const auto image = readElf(subject.file);
    std::vector<std::string> unique;
    std::vector<std::string> others;
    bool entry = false;
    for (const auto& symbol : image.symbols) {
        if (!symbol.defined || isLinkers(symbol.name)) continue;
        if (symbol.unique) unique.push_back(symbol.name);
        if (symbol.name == PH_ENTRY_SYMBOL)
            entry = true;
        else
            others.push_back(symbol.name);
    }
    if (!entry) return fail("it does not export " PH_ENTRY_SYMBOL, "define it with PH_EXPORT or PROBEHOST_PLUGIN(…)");
    if (!unique.empty())
        return fail("one copy of these would serve all plugins of a process: " + listed(unique), buildRules);
    if (!others.empty()) return fail("it also exports " + listed(others) + ", which others may replace", buildRules);
    return pass();
}

std::string wrongWithRunPath(const std::string& folder, const std::string& file) {
    const auto path = expandedRunPath(folder, file);
    if (path.empty() || path.front() != '/') return "\"" + folder + "\" depends on the working directory";
    struct stat status {};
    const bool open = stat(path.c_str(), &status) == 0 && (status.st_mode & S_IWOTH) != 0;
    return open ? "everybody may write to " + path : "";
}

Finding findsLibraries(const Subject& subject) {
    const auto image = readElf(subject.file);
    for (const auto& folder : image.runPath) {
        const auto wrong = wrongWithRunPath(folder, subject.file);
        if (!wrong.empty()) return fail("its run path is unsafe: " + wrong, "link without -rpath, or with $ORIGIN/…");
    }
    const auto closure = closureOf(subject.file, image);
    if (!closure.missing.empty())
        return fail("not found: " + listed(closure.missing), "install the library's package, or link it statically");
    return pass(std::to_string(closure.files.size()) + " libraries");
}

std::map<std::string, std::string> buildIds(const std::string& file, std::map<std::string, std::string>& paths) {
    std::map<std::string, std::string> ids;
    for (const auto& [name, path] : closureOf(file, readElf(file)).files) {
        ids[name] = readElf(path).buildId;
        paths[name] = path;
    }
    return ids;
}

Finding sharesLibrariesWithHost(const Subject& subject) {
    std::map<std::string, std::string> ownPaths;
    std::map<std::string, std::string> hostPaths;
    const auto own = buildIds(subject.file, ownPaths);
    const auto host = buildIds(std::filesystem::canonical("/proc/self/exe").string(), hostPaths);
    std::vector<std::string> differing;
    for (const auto& [name, id] : own) {
        const auto other = host.find(name);
        if (other == host.end() || (other->second == id && (!id.empty() || hostPaths[name] == ownPaths[name])))
            continue;
        differing.push_back(ownPaths[name] + " (the host has " + hostPaths[name] + ")");
    }
    if (differing.empty()) return pass();
    return warn("of two libraries of one name a process has only the first: " + listed(differing),
                "link it statically, or say PH_PLUGIN_OWN_PROCESS");
}

Finding takesNothingFromHost(const Subject& subject) {
    const auto image = readElf(subject.file);
    std::set<std::string> defined;
    for (const auto& [name, path] : closureOf(subject.file, image).files) {
        for (const auto& symbol : readElf(path).symbols) {
            if (symbol.defined) defined.insert(symbol.name);
        }
    }
    std::vector<std::string> foreign;
    for (const auto& symbol : image.symbols) {
        if (!symbol.defined && !symbol.weak && !defined.contains(symbol.name)) foreign.push_back(symbol.name);
    }
    if (foreign.empty()) return pass();
    return fail("no library that it names defines " + listed(foreign),
                "link what defines it; -Wl,-z,defs finds it early");
}

} // namespace

VerifyTests staticTests() {
    using std::chrono::seconds;
    constexpr const char* sound = "the file is damaged: build it again";
    constexpr seconds limit{10};
    VerifyTests tests = {
        {"S1", 1, "it is a shared object for this machine", "", sound, limit, isSharedObject},
        {"S3", 1, "it exports its entry function and nothing else", "S1", sound, limit, exportsEntryOnly},
        {"S2", 1, "its note fits this host", "S1", sound, limit, carriesNote},
        {"S4", 1, "every library that it needs is found, in a safe place", "S1", sound, limit, findsLibraries},
        {"S5", 2, "no library of the host's passes for one of its own", "S1", sound, limit, sharesLibrariesWithHost},
        {"S6", 1, "it takes no symbol from the host", "S4", sound, limit, takesNothingFromHost},
    };
    const auto hardening = hardeningTests();
    tests.insert(tests.end(), hardening.begin(), hardening.end());
    return tests;
}

} // namespace probehost::authoring
