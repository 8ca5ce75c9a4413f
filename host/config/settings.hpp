// A whole configuration as plain data.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/config_node.hpp"
#include "config/diagnostics.hpp"
#include "config/listen_address.hpp"
#include "health/check_policy.hpp"
#include "health/probe.hpp"
#include "plugin/check_settings.hpp"

namespace probehost {

enum class Details { Full, Terse };
enum class Isolation { Auto, Thread, Process };

// What clients may use up; the meaning of each is in config/README.md.
struct ServerLimits {
    int connections = 12000;
    int perAddress = 10800;
    int requestLine = 2048;
    int headerBytes = 8192;
    int headerCount = 64;
    milliseconds headerTime{1400};
    milliseconds keepAlive{5000};

    bool operator==(const ServerLimits&) const = default;
};

struct ServerSettings {
    std::vector<ListenAddress> listen = {ListenAddress{}};
    Details details = Details::Full;
    std::string token; // "": none
    milliseconds wait{800};
    milliseconds drainDelay{5000};
    std::map<std::string, Probe> aliases; // path -> probe
    ServerLimits limits;
};

struct AdminSettings {
    std::string socket = "/run/probehost/admin.sock";
    bool socketWritten = false; // the default may be impossible for this user, and then the host does without
    std::string notifySocket = "/run/probehost/notify.sock"; // beside the admin socket unless written
    bool notifyWritten = false;
};

struct PluginSettings {
    std::vector<std::string> path;
    std::map<std::string, int> lines; // where each folder of the path is written
    bool pathWritten = false;         // else it is empty, and the installation's own folder is meant
    bool watch = false;               // changes of files are reloaded
};

// What resolve() still needs of a check; of no interest to others, and empty afterwards.
struct UnresolvedCheck {
    std::optional<ProbeSet> probes;
    std::optional<milliseconds> timeout, interval, maxAge, staleAfter;
    bool checkerExpanded = false; // its name came from ${…}
    Location probesLocation, checkerLocation, staleAfterLocation;
    ConfigNode with;
};

struct CheckEntry {
    CheckPolicy policy;
    Isolation isolation = Isolation::Auto;
    bool forceLive = false;
    CheckSettings settings;                  // this and the next two from resolve()
    std::map<std::string, int> settingLines; // "tls.ca_file" -> where it is written
    std::string unusable;                    // why its checker cannot run, for strangers; "" when it can
    Location location;
    UnresolvedCheck unresolved;
};

struct Settings {
    std::string file;
    std::vector<std::string> includedFiles;
    std::vector<std::string> includeFolders; // where these were looked for
    std::string service;                     // "": none
    ServerSettings server;
    AdminSettings admin;
    PluginSettings plugins;
    std::vector<CheckEntry> checks;   // main file first, then the included ones in the order of their names
    std::vector<std::string> secrets; // every text that no output may hold, those of the checks included
};

} // namespace probehost
