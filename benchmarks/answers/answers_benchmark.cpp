// Reports of few and of many checks, as JSON.
#include <benchmark/benchmark.h>

#include "http/report_json.hpp"

namespace {

using namespace probehost;

Report reportOf(int64_t checks) {
    Report report;
    for (int64_t i = 0; i < checks; i++) {
        CheckState state;
        state.name = "check-" + std::to_string(i);
        state.probes = ProbeSet(7);
        state.healthy = i % 10 != 0;
        state.everRan = true;
        state.latencyMs = 1.25;
        if (!state.healthy) state.error = "Connection refused";
        report.checks.push_back(state);
    }
    return report;
}

void render(benchmark::State& state) {
    const auto report = reportOf(state.range(0));
    for (auto _ : state) benchmark::DoNotOptimize(renderAnswers(report, "service", {}));
}

BENCHMARK(render)->Arg(5)->Arg(50)->Arg(500);

} // namespace

BENCHMARK_MAIN();
