// Runs one check of a plugin many times, as the host would, and tells what each run said and what it cost the process.
//
//   check_loop PLUGIN.so SETTINGS.json [--runs N] [--timeout MS] [--pause MS] [--every K] [--once] [--secret TEXT]...
//
// Prints {"status","message","detail","ms","stalled","late"} for every K-th run, and for each run whose status differs
// from the one before, `stalled` being the part of `ms` in which the machine did not run this process; at the end
// {"runs","fds","threads","rss_kb","peak_kb"} with [before, after] pairs, "before" being taken after the first tenth;
// the peak's are what was resident before the first run, and the most since.
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <dirent.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <sstream>
#include <thread>

#include "plugin/plugin_checker.hpp"
#include "plugin/plugin_host.hpp"
#include "plugin/plugin_library.hpp"
#include "stalls.hpp"

namespace {

using namespace probehost;
using Poco::JSON::Object;

class QuietServices final : public PluginServices {
  public:
    void log(Level, std::string_view text) override { std::cerr << "log: " << text << '\n'; }
    int32_t appState(std::string_view, int64_t&) override { return PH_APP_UNSET; }
};

void flatten(const Poco::Dynamic::Var& value, const std::string& pointer, CheckSettings& into) {
    if (value.type() == typeid(Object::Ptr)) {
        for (const auto& [key, member] : *value.extract<Object::Ptr>()) flatten(member, pointer + "/" + key, into);
    } else if (value.type() == typeid(Poco::JSON::Array::Ptr)) {
        const auto array = value.extract<Poco::JSON::Array::Ptr>();
        for (unsigned i = 0; i < array->size(); i++) flatten(array->get(i), pointer + "/" + std::to_string(i), into);
    } else {
        into.scalars[pointer] = value.toString();
    }
}

CheckSettings readSettings(const std::string& file) {
    std::stringstream text;
    text << std::ifstream(file).rdbuf();
    CheckSettings settings;
    settings.json = text.str();
    flatten(Poco::JSON::Parser().parse(settings.json), "", settings);
    return settings;
}

int entries(const char* directory) {
    DIR* opened = opendir(directory);
    int count = -3; // ".", ".." and, among descriptors, this directory
    while (readdir(opened) != nullptr) count++;
    closedir(opened);
    return count;
}

// "VmRSS" is what is resident, "VmHWM" the most that was.
long kilobytes(const std::string& name) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.rfind(name + ":", 0) == 0) return std::strtol(line.c_str() + name.size() + 1, nullptr, 10);
    }
    return 0;
}

// The most that was begins anew: proc(5).
void forgetPeak() { std::ofstream("/proc/self/clear_refs") << 5; }

struct Cost {
    int fds = entries("/proc/self/fd");
    int threads = entries("/proc/self/task") + 1;
    long rss = kilobytes("VmRSS");
};

struct Options {
    std::string plugin, settings;
    std::vector<std::string> secrets;
    int runs = 1, timeout = 2000, pause = 0, every = 1;
    bool once = false;
};

Options parse(int argc, char** argv) {
    Options options;
    CLI::App app("Runs one check of a plugin many times");
    app.add_option("plugin", options.plugin)->required();
    app.add_option("settings", options.settings)->required();
    app.add_option("--runs", options.runs);
    app.add_option("--timeout", options.timeout);
    app.add_option("--pause", options.pause);
    app.add_option("--every", options.every);
    app.add_option("--secret", options.secrets);
    app.add_flag("--once", options.once);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        std::exit(app.exit(error));
    }
    return options;
}

void print(const std::optional<Result>& result, Stalls::Duration took, Stalls::Duration stalled, bool late) {
    Object line(Poco::JSON_PRESERVE_KEY_ORDER);
    static constexpr std::array names = {"pass", "warn", "fail"};
    line.set("status", result ? names[static_cast<size_t>(result->status)] : "timeout");
    line.set("message", result ? result->message : "");
    line.set("detail", result ? result->detail : "");
    line.set("ms", took.count());
    line.set("stalled", std::min(took, stalled).count());
    line.set("late", late);
    line.stringify(std::cout);
    std::cout << std::endl;
}

void loop(Checker& checker, const Options& options) {
    Stalls stalls;
    forgetPeak();
    const Cost first;
    Cost before;
    std::string last;
    for (int i = 0; i < options.runs; i++) {
        if (i == options.runs / 10) before = Cost();
        stalls.begin();
        const auto start = Clock::now();
        const auto deadline = start + std::chrono::milliseconds(options.timeout);
        const auto reason = options.once ? Reason::Once : Reason::Schedule;
        const auto result = checker.run({deadline, reason, static_cast<uint32_t>(i + 1)});
        const auto end = Clock::now();
        const std::string status =
            result ? std::to_string(static_cast<int>(result->status)) + result->message : "timeout";
        if (i % options.every == 0 || status != last)
            print(result, end - start, stalls.length(), end > deadline + std::chrono::milliseconds(50));
        last = status;
        std::this_thread::sleep_for(std::chrono::milliseconds(options.pause));
    }
    const Cost after;
    std::cout << "{\"runs\":" << options.runs << ",\"fds\":[" << before.fds << ',' << after.fds << "],\"threads\":["
              << before.threads << ',' << after.threads << "],\"rss_kb\":[" << before.rss << ',' << after.rss
              << "],\"peak_kb\":[" << first.rss << ',' << kilobytes("VmHWM") << "]}" << std::endl;
}

} // namespace

int main(int argc, char** argv) {
    const auto options = parse(argc, argv);
    QuietServices services;
    const PluginHost host(services);
    try {
        const PluginLibrary library(options.plugin, host.table());
        auto settings = readSettings(options.settings);
        settings.secrets = options.secrets;
        PluginChecker checker(*library.plugin().checkers[0], host.table(), settings);
        loop(checker, options);
    } catch (const std::exception& failure) {
        std::cout << "{\"refused\":\"" << failure.what() << "\"}" << std::endl;
        return 1;
    }
}
