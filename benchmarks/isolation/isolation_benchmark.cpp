// One run of a check that does nothing, in the host's process and in a worker's.
#include <benchmark/benchmark.h>

#include <stdexcept>

#include "../deaf_services.hpp"
#include "isolation/worker_checker.hpp"
#include "isolation/worker_fleet.hpp"
#include "plugin/plugin_checker.hpp"
#include "plugin/plugin_library.hpp"

namespace {

using namespace probehost;

benchmarks::DeafServices services;

void run(benchmark::State& state, Checker& checker) {
    for (auto _ : state) {
        const auto result = checker.run({Clock::now() + std::chrono::seconds(5), Reason::Schedule, 1});
        if (!result || result->status != Status::Pass) throw std::runtime_error("the check did not pass");
    }
}

void inTheHost(benchmark::State& state) {
    static const PluginHost host(services);
    static const PluginLibrary library(PluginImage(PASSING), host.table());
    PluginChecker checker(*library.find("passing"), host.table(), {});
    run(state, checker);
}

void inAWorker(benchmark::State& state) {
    WorkerFleet workers(WORKER, services);
    WorkerChecker checker(workers.of(PluginImage(PASSING)), "passing", {});
    run(state, checker);
}

void startOfAWorker(benchmark::State& state) {
    WorkerFleet workers(WORKER, services);
    for (auto _ : state) benchmark::DoNotOptimize(workers.describe(PluginImage(PASSING)));
}

BENCHMARK(inTheHost);
BENCHMARK(inAWorker)->UseRealTime();
BENCHMARK(startOfAWorker)->UseRealTime()->Unit(benchmark::kMillisecond);

} // namespace

BENCHMARK_MAIN();
