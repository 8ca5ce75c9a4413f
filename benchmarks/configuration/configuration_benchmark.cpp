// Configurations of few and of many checks, from the file to settings that are fit for use.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "config/check_resolver.hpp"
#include "config/settings_loader.hpp"

namespace {

using namespace probehost;

class ConfigurationFile {
  public:
    explicit ConfigurationFile(int64_t checks) {
        std::ofstream file(path_);
        file << "server: {listen: [127.0.0.1:8000]}\nchecks:\n";
        for (int64_t i = 0; i < checks; i++)
            file << "  check-" << i
                 << ":\n    checker: port\n    interval: 5s\n    with: {host: localhost, port: " << 1 + i << "}\n";
    }
    ~ConfigurationFile() { std::filesystem::remove(path_); }
    const std::string& path() const { return path_; }

  private:
    const std::string path_ = std::filesystem::temp_directory_path() / ("configuration-" + std::to_string(getpid()));
};

CheckerInfo port() {
    CheckerInfo info;
    info.name = "port";
    info.settingsSchema = R"({"type": "object", "required": ["port"], "additionalProperties": false, "properties":
        {"host": {"type": "string"}, "port": {"type": "integer", "minimum": 1, "maximum": 65535}}})";
    info.probes = ProbeSet(2);
    return info;
}

void load(benchmark::State& state) {
    const ConfigurationFile file(state.range(0));
    const std::vector<CheckerInfo> checkers = {port()};
    for (auto _ : state) {
        Diagnostics diagnostics;
        auto settings = probehost::load(file.path(), diagnostics);
        resolve(settings, checkers, {}, diagnostics);
        if (diagnostics.hasErrors()) throw std::runtime_error(diagnostics.sorted().front().text());
        benchmark::DoNotOptimize(settings);
    }
}

BENCHMARK(load)->Arg(5)->Arg(50)->Arg(500)->Arg(5000)->Arg(10000)->Unit(benchmark::kMillisecond);

} // namespace

BENCHMARK_MAIN();
