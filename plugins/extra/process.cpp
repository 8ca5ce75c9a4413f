// SPDX-License-Identifier: MIT-0
// process: the process of a PID file is alive, or a systemd unit is active.
//
//   g++ -std=c++17 -O2 process.cpp $(pkg-config --cflags --libs probehost-sdk libsystemd) -o process.so
#include <fcntl.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <new>
#include <probehost/checker.hpp>
#include <system_error>

namespace {

namespace sdk = probehost::sdk;
using sdk::Verdict;

constexpr size_t kCommandName = 15;   // bytes of it that the kernel keeps
constexpr long kLargestPid = 1 << 22; // of Linux

constexpr auto kSchema = R"json({
"$schema": "http://json-schema.org/draft-07/schema#",
"type": "object",
"additionalProperties": false,
"oneOf": [{"required": ["pid_file"]}, {"required": ["unit"]}],
"properties": {
  "pid_file": {
    "type": "string", "pattern": "^/",
    "description": "A file that begins with the number of the process; or use unit."},
  "name": {
    "type": "string", "minLength": 1,
    "description": "With pid_file, what the program is called in /proc/PID/comm, because numbers are given again."},
  "unit": {
    "type": "string", "pattern": "^[A-Za-z0-9:_.@\\\\-]{1,240}\\.[a-z]{1,15}$",
    "description": "A unit of the system's systemd, such as nginx.service; or use pid_file."}
}})json";

constexpr auto kAbout = R"json({"example": {"unit": "nginx.service"}})json";

// The first bytes of a file, nonblocking, because the path may be that of a pipe. Throws the errno as a system_error.
std::string beginningOf(const std::string& path) {
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) throw std::system_error(errno, std::generic_category());
    std::array<char, 4096> bytes;
    const auto count = read(fd, bytes.data(), bytes.size());
    const int error = errno;
    close(fd);
    if (count < 0) throw std::system_error(error, std::generic_category());
    return {bytes.data(), static_cast<size_t>(count)};
}

Verdict notRunning(const std::string& detail) { return sdk::fail("Process not running", detail); }

pid_t pidIn(const std::string& file) try {
    const auto text = beginningOf(file);
    char* end = nullptr;
    const long pid = std::strtol(text.c_str(), &end, 10);
    const bool ends = *end == '\0' || *end == '\n' || *end == ' ' || *end == '\r';
    if (pid > 0 && pid <= kLargestPid && ends) return static_cast<pid_t>(pid);
    throw sdk::fail("PID file not valid", file + " does not begin with the number of a process");
} catch (const std::system_error& unreadable) {
    if (unreadable.code() == std::errc::no_such_file_or_directory) throw notRunning(file + " does not exist");
    throw sdk::fail("PID file not readable", file + ": " + unreadable.what());
}

// "PID (NAME) STATE …", where NAME may hold anything.
struct Status {
    std::string name;
    char state = '?';
};

// What /proc has of a process; nothing where it is hidden from us.
Status statusOf(pid_t pid) try {
    const auto text = beginningOf("/proc/" + std::to_string(pid) + "/stat");
    const auto from = text.find('('), to = text.rfind(')');
    if (from == text.npos || to == text.npos || to + 2 >= text.size()) return {};
    return {text.substr(from + 1, to - from - 1), text[to + 2]};
} catch (const std::system_error&) {
    return {};
}

Verdict judgeProcess(const std::string& file, const std::string& name) {
    const pid_t pid = pidIn(file);
    const auto process = "process " + std::to_string(pid);
    // Asks without sending anything: a worker may not signal, and /proc may hide what is another user's.
    if (getpgid(pid) < 0 && errno == ESRCH) return notRunning(process + " of " + file + " does not exist");
    const auto [is, state] = statusOf(pid);
    if (state == 'Z' || state == 'X') return notRunning(process + " has ended, and its parent did not notice");
    if (!name.empty() && state == '?')
        return sdk::fail("Process hidden", process + " is another user's, and /proc does not show its name here");
    if (!name.empty() && is != name.substr(0, kCommandName))
        return notRunning(process + " is '" + is + "' and not '" + name + "'");
    return sdk::pass(process);
}

using Bus = std::unique_ptr<sd_bus, decltype(&sd_bus_close_unref)>;

Verdict noBus(int result) {
    return sdk::fail("D-Bus not reachable", "the system's bus: " + std::generic_category().message(-result));
}

Bus openBus() {
    sd_bus* bus = nullptr;
    const int result = sd_bus_open_system(&bus);
    if (result < 0) throw noBus(result);
    return {bus, sd_bus_close_unref};
}

// Does what can be done, or waits, but neither longer than sd-bus wants nor past the run's end.
void step(sd_bus* bus, const sdk::Run& run) {
    const int result = sd_bus_process(bus, nullptr);
    if (result < 0) throw noBus(result);
    if (run.passed()) throw sdk::Cancelled();
    if (result > 0) return;
    uint64_t until = UINT64_MAX; // microseconds of the monotonic clock
    sd_bus_get_timeout(bus, &until);
    const auto now = static_cast<uint64_t>(sdk::Deadline::now() / 1000);
    const auto left = until <= now ? 0 : std::min<uint64_t>((until - now) / 1000 + 1, 60000);
    run.waitFor(sd_bus_get_fd(bus), static_cast<short>(sd_bus_get_events(bus)), sdk::milliseconds(left));
}

struct Reply {
    bool there = false;
    std::string text, error;
};

int takeReply(sd_bus_message* message, void* into, sd_bus_error*) {
    auto& reply = *static_cast<Reply*>(into);
    reply.there = true;
    const char* text = nullptr;
    if (const auto* error = sd_bus_message_get_error(message)) {
        reply.error = std::string(error->name) + ": " + (error->message == nullptr ? "" : error->message);
    } else if (sd_bus_message_read(message, "v", "s", &text) < 0) {
        reply.error = "not the property that was asked for";
    } else {
        reply.text = text;
    }
    return 0;
}

// A property of a unit; systemd loads the unit for that, so there is an answer for each name.
std::string property(sd_bus* bus, const std::string& unit, const char* name, const sdk::Run& run) {
    char* path = nullptr;
    if (sd_bus_path_encode("/org/freedesktop/systemd1/unit", unit.c_str(), &path) < 0) throw std::bad_alloc();
    const std::unique_ptr<char, decltype(&free)> owned(path, free);
    Reply reply;
    const int result =
        sd_bus_call_method_async(bus, nullptr, "org.freedesktop.systemd1", path, "org.freedesktop.DBus.Properties",
                                 "Get", takeReply, &reply, "ss", "org.freedesktop.systemd1.Unit", name);
    if (result < 0) throw noBus(result);
    while (!reply.there) step(bus, run);
    if (reply.error.find("NoReply") != reply.error.npos) throw sdk::fail("D-Bus not reachable", reply.error);
    if (reply.error.find("AccessDenied") != reply.error.npos) throw sdk::fail("Permission denied", reply.error);
    if (!reply.error.empty()) throw sdk::fail("systemd not reachable", reply.error);
    return reply.text;
}

Verdict judgeUnit(const std::string& unit, const sdk::Run& run) {
    const Bus bus = openBus();
    const auto loaded = property(bus.get(), unit, "LoadState", run);
    const auto active = property(bus.get(), unit, "ActiveState", run);
    const auto detail = unit + " is " + loaded + " and " + active;
    if (active == "active" || active == "reloading") return sdk::pass(detail);
    if (loaded == "not-found") return sdk::fail("Unit not found", detail);
    if (active == "failed") return sdk::fail("Unit failed", detail);
    return sdk::fail(active == "activating" ? "Unit starting" : "Unit not active", detail);
}

class ProcessCheck {
  public:
    static constexpr auto info = sdk::Info("process", "Looks whether a process is alive, or a systemd unit active")
                                     .local()
                                     .schema(kSchema)
                                     .about(kAbout)
                                     .timeout(std::chrono::seconds(1))
                                     .interval(std::chrono::seconds(10));

    explicit ProcessCheck(const sdk::Settings& settings)
        : pid_file_(settings.text("pid_file")), name_(settings.text("name")), unit_(settings.text("unit")) {}

    Verdict check(const sdk::Run& run) const try {
        return unit_.empty() ? judgeProcess(pid_file_, name_) : judgeUnit(unit_, run);
    } catch (const Verdict& early) {
        return early;
    }

  private:
    const std::string pid_file_, name_, unit_;
};

} // namespace

PROBEHOST_PLUGIN("process", "1.0.0", ProcessCheck)
