// A run of each checker on its kept connection, and its client library doing the same without a plugin around it.
//
// The environment names the servers: POSTGRES, a connection string; REDIS, HTTP and SERVICEBUS, ports of 127.0.0.1;
// SERVICEBUS_TOKEN, a shared access signature of the queue "full"; and MODEL, a model's file. The model's run reads
// memory only, and has no library to compare with.
#include <benchmark/benchmark.h>
#include <curl/curl.h>
#include <hiredis/hiredis.h>
#include <libpq-fe.h>

#include <cstdlib>
#include <stdexcept>

#include "../deaf_services.hpp"
#include "plugin/plugin_checker.hpp"
#include "plugin/plugin_host.hpp"
#include "plugin/plugin_library.hpp"
#include "raw_peek.hpp"

namespace {

using namespace probehost;

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    if (value == nullptr)
        throw std::runtime_error(std::string(name) + " is not set; benchmarks/checkers/run.py sets it");
    return value;
}

void require(bool ok, const char* what) {
    if (!ok) throw std::runtime_error(what);
}

void runs(benchmark::State& state, const std::string& name, const CheckSettings& settings) {
    static benchmarks::DeafServices services;
    static const PluginHost host(services);
    const PluginLibrary library(PluginImage(PLUGINS + name + ".so"), host.table());
    PluginChecker checker(*library.find(name), host.table(), settings);
    for (auto _ : state) {
        const auto result = checker.run({Clock::now() + std::chrono::seconds(5), Reason::Schedule, 1, {}});
        require(result && result->status == Status::Pass, "the check did not pass");
    }
}

void postgresCheck(benchmark::State& state) {
    runs(state, "postgres", {R"({})", {{"/url", environment("POSTGRES")}}, {}});
}

void libpq(benchmark::State& state) {
    PGconn* connection = PQconnectdb(environment("POSTGRES").c_str());
    for (auto _ : state) {
        PGresult* result = PQexecParams(connection, "SELECT 1", 0, nullptr, nullptr, nullptr, nullptr, 0);
        require(PQresultStatus(result) == PGRES_TUPLES_OK, "libpq failed");
        PQclear(result);
    }
    PQfinish(connection);
}

void redisCheck(benchmark::State& state) {
    runs(state, "redis", {R"({})", {{"/host", "127.0.0.1"}, {"/port", environment("REDIS")}}, {}});
}

void hiredis(benchmark::State& state) {
    redisContext* context = redisConnect("127.0.0.1", std::stoi(environment("REDIS")));
    for (auto _ : state) {
        auto* reply = static_cast<redisReply*>(redisCommand(context, "PING"));
        require(reply != nullptr && reply->type == REDIS_REPLY_STATUS, "hiredis failed");
        freeReplyObject(reply);
    }
    redisFree(context);
}

void openaiCheck(benchmark::State& state) {
    runs(state, "azure-openai",
         {R"({})", {{"/endpoint", "http://127.0.0.1:" + environment("HTTP")}, {"/api_key", "benchmark"}}, {}});
}

size_t drop(char*, size_t size, size_t count, void*) { return size * count; }

void libcurl(benchmark::State& state) {
    CURL* curl = curl_easy_init();
    const auto url = "http://127.0.0.1:" + environment("HTTP") + "/openai/models?api-version=2024-10-21";
    curl_slist* headers = curl_slist_append(nullptr, "api-key: benchmark");
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop);
    for (auto _ : state) require(curl_easy_perform(curl) == CURLE_OK, "libcurl failed");
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
}

void servicebusCheck(benchmark::State& state) {
    const auto string = "Endpoint=sb://127.0.0.1:" + environment("SERVICEBUS") + ";UseDevelopmentEmulator=true";
    runs(state, "servicebus", {R"({})", {{"/connection_string", string}, {"/queue", "full"}}, {}});
}

void proton(benchmark::State& state) {
    benchmarks::RawPeek queue(std::stoi(environment("SERVICEBUS")), "full", environment("SERVICEBUS_TOKEN"));
    for (auto _ : state) queue.peek();
}

void modelCheck(benchmark::State& state) {
    runs(state, "model", {R"({})", {{"/source", "file"}, {"/path", environment("MODEL")}}, {}});
}

BENCHMARK(postgresCheck)->UseRealTime();
BENCHMARK(libpq)->UseRealTime();
BENCHMARK(redisCheck)->UseRealTime();
BENCHMARK(hiredis)->UseRealTime();
BENCHMARK(openaiCheck)->UseRealTime();
BENCHMARK(libcurl)->UseRealTime();
BENCHMARK(servicebusCheck)->UseRealTime();
BENCHMARK(proton)->UseRealTime();
BENCHMARK(modelCheck)->UseRealTime();

} // namespace

BENCHMARK_MAIN();
