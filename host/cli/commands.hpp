// The commands of probehost; each returns its exit status.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace probehost::cli {

// sysexits.h, as the contract has them.
enum Exit {
    Ok = 0,
    Unhealthy = 1,
    UsageError = 64,
    InternalError = 70,
    CannotListen = 71,
    CannotWrite = 74,
    ConfigError = 78
};

enum class Format { Text, Json, Nagios, Junit };

struct CheckOptions {
    std::string config;
    std::vector<std::string> names; // empty: all
    Format format = Format::Text;
};

struct ProbeOptions {
    std::string probe = "live";
    std::string url = "http://127.0.0.1:8000";
    int timeoutMs = 900; // below the kubelet's default of one second
};

struct PluginsOptions {
    std::string config;
    std::vector<std::string> path; // instead of the configuration's
    Format format = Format::Text;
};

struct ReloadOptions {
    std::string config;
    std::string admin; // instead of the configuration's
};

struct ManifestOptions {
    std::string config;
    std::string platform; // kubernetes, containerapps or systemd
    std::optional<std::chrono::milliseconds> startupTime;
    std::string measured; // the URL of a service that starts; not together with `startupTime`
};

int serve(const std::string& config);
int validate(const std::string& config);
int check(const CheckOptions& options);
int probe(const ProbeOptions& options);
int plugins(const PluginsOptions& options);
int reload(const ReloadOptions& options);
int manifest(const ManifestOptions& options);

} // namespace probehost::cli
