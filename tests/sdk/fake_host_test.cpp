// The fake host records what a checker says, and tells what it should not have done.
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <cstring>
#include <string>
#include <thread>

#include "conduct.hpp"

namespace {

int32_t pass(const ph_host* host, const ph_run_context* context) {
    host->verdict(context->run, PH_PASS, nullptr, 0);
    return PH_OK;
}

// What poll() says of the cancel descriptor within `timeout_ms`.
int cancelled(const ph_run_context* context, int timeout_ms) {
    pollfd fd = {context->cancel_fd, POLLIN, 0};
    return poll(&fd, 1, timeout_ms);
}

// The signal that a step ends its process with; 0: none.
template <typename Step>
int signalOf(Step step) {
    const pid_t child = fork();
    if (child == 0) {
        std::signal(SIGSEGV, SIG_DFL);
        step();
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

// Reads a byte in a way that no compiler leaves out.
void touch(const void* address) { static_cast<void>(*static_cast<const volatile char*>(address)); }

bool has(const char* text, const char* part) { return std::strstr(text, part) != nullptr; }

} // namespace

TEST_CASE("A run's verdict, detail and facts are recorded, and forgotten with the next run") {
    int runs = 0;
    const auto fake = fakeWith([&](const ph_host* host, const ph_run_context* context, ph_error*) {
        if (++runs == 2) return pass(host, context);
        host->verdict(context->run, PH_WARN, "Slow", 4);
        host->detail(context->run, "took long", 9);
        host->fact_text(context->run, "peer", "10.0.0.1", 8);
        host->fact_number(context->run, "size", 1.5, "MB");
        host->fact_number(context->run, "count", 3, nullptr);
        return int32_t{PH_OK};
    });
    const auto* said = ph_fake_run(fake.get(), 1000);
    CHECK(said->code == PH_OK);
    CHECK(said->verdict == PH_WARN);
    CHECK(said->message == std::string("Slow"));
    CHECK(said->detail == std::string("took long"));
    CHECK(ph_fake_fact(fake.get(), "peer") == std::string("10.0.0.1"));
    CHECK(ph_fake_fact(fake.get(), "size") == std::string("1.5 MB"));
    CHECK(ph_fake_fact(fake.get(), "count") == std::string("3"));
    said = ph_fake_run(fake.get(), 1000);
    CHECK(said->verdict == PH_PASS);
    CHECK(said->detail == std::string());
    CHECK(ph_fake_fact(fake.get(), "peer") == nullptr);
    CHECK(ph_fake_broken(fake.get()) == std::string());
}

TEST_CASE("Texts are cut and facts dropped as a host does") {
    const auto fake = fakeWith([](const ph_host* host, const ph_run_context* context, ph_error*) {
        const std::string text(5000, 'x');
        host->verdict(context->run, PH_FAIL, text.data(), text.size());
        host->detail(context->run, text.data(), text.size());
        host->log(host, nullptr, PH_LOG_WARN, text.data(), text.size());
        host->fact_text(context->run, "long", text.data(), text.size());
        for (int i = 0; i < 31; i++) CHECK(host->fact_number(context->run, "again", i, nullptr) == PH_OK);
        CHECK(host->fact_number(context->run, "one too many", 1, nullptr) == PH_E_UNSUPPORTED);
        return int32_t{PH_OK};
    });
    const auto* said = ph_fake_run(fake.get(), 1000);
    CHECK(std::strlen(said->message) == 200);
    CHECK(std::strlen(said->detail) == 2048);
    CHECK(std::strlen(ph_fake_log(fake.get())) == std::strlen("warn: \n") + 4096);
    CHECK(std::strlen(ph_fake_fact(fake.get(), "long")) == 256);
    CHECK(ph_fake_fact(fake.get(), "again") == std::string("30"));
}

TEST_CASE("Settings are there during create(), and a failure is told in its words") {
    conduct = {};
    conduct.create = [](const ph_host* host, const ph_settings* settings, ph_check**, ph_error* error) {
        uint64_t length = 0;
        CHECK(host->setting(settings, "/port", &length) == std::string("6379"));
        CHECK(length == 4);
        CHECK(host->setting(settings, "/absent", nullptr) == nullptr);
        CHECK(host->setting(settings, "/taken", nullptr) == nullptr);
        CHECK(host->settings_json(settings, nullptr) == std::string(R"({"port":6379})"));
        return ph_fail(error, PH_E_CONFIG, "port: expected another");
    };
    const Fake fake(ph_fake_new());
    ph_fake_set(fake.get(), "/port", "6379");
    ph_fake_set(fake.get(), "/taken", "x");
    ph_fake_set(fake.get(), "/taken", nullptr);
    ph_fake_set_json(fake.get(), R"({"port":6379})");
    CHECK(ph_fake_create(fake.get(), probehost_plugin_entry_v1, "scripted") == PH_E_CONFIG);
    CHECK(ph_fake_error(fake.get()) == std::string("port: expected another"));
    CHECK(ph_fake_broken(fake.get()) == std::string());
    CHECK(ph_fake_create(fake.get(), probehost_plugin_entry_v1, "other") == PH_E_UNSUPPORTED);
    CHECK(ph_fake_error(fake.get()) == std::string("the plugin has no checker of that name"));
}

TEST_CASE("What was begun is ended") {
    auto fake =
        fakeWith([](const ph_host* host, const ph_run_context* context, ph_error*) { return pass(host, context); });
    CHECK(conduct.checks == 1);
    CHECK(ph_fake_create(fake.get(), probehost_plugin_entry_v1, "scripted") == PH_OK);
    CHECK(conduct.checks == 1);
    CHECK(conduct.plugins == 1);
    fake.reset();
    CHECK(conduct.checks == 0);
    CHECK(conduct.plugins == 0);
}

TEST_CASE("A deadline is real, or comes when the test says so") {
    const auto fake = fakeWith([](const ph_host*, const ph_run_context* context, ph_error* error) {
        timespec now{};
        clock_gettime(CLOCK_MONOTONIC, &now);
        const int64_t left = (context->deadline_ns - now.tv_sec * 1000000000 - now.tv_nsec) / 1000000;
        cancelled(context, left > 0 ? static_cast<int>(left) + 1 : 0);
        return ph_fail(error, PH_E_CANCELLED, "late");
    });
    CHECK(ph_fake_run(fake.get(), -5)->code == PH_E_CANCELLED);
    CHECK(ph_fake_run(fake.get(), 20)->took_ms >= 20);
    ph_fake_cancel(fake.get());
    CHECK(ph_fake_run(fake.get(), PH_FAKE_UNTIL_CANCELLED)->code == PH_E_CANCELLED);
    std::thread later([&] { ph_fake_cancel(fake.get()); });
    CHECK(ph_fake_run(fake.get(), PH_FAKE_UNTIL_CANCELLED)->code == PH_E_CANCELLED);
    later.join();
    CHECK(ph_fake_run(fake.get(), 1)->error == std::string("late"));
}

TEST_CASE("Broken rules are told, each once") {
    struct Case {
        const char* told;
        decltype(Conduct::run) run;
    };
    const Case cases[] = {
        {"C3: run() gave no verdict", [](auto*, auto*, auto*) { return PH_OK; }},
        {"verdict() was told 9",
         [](auto* host, auto* context, auto*) {
             host->verdict(context->run, 9, "odd", 3);
             return PH_OK;
         }},
        {"C4: a verdict that does not pass says nothing",
         [](auto* host, auto* context, auto*) {
             host->verdict(context->run, PH_FAIL, nullptr, 0);
             return PH_OK;
         }},
        {"C4: a secret of the settings is in a detail",
         [](auto* host, auto* context, auto*) {
             host->detail(context->run, "with hunter2 it said no", 23);
             return pass(host, context);
         }},
        {"C4: a secret of the settings is in a log line",
         [](auto* host, auto* context, auto*) {
             host->log(host, nullptr, PH_LOG_INFO, "hunter2", 7);
             return pass(host, context);
         }},
        {"C2: run() came back more than 200 ms after",
         [](auto* host, auto* context, auto*) {
             std::this_thread::sleep_for(std::chrono::milliseconds(250));
             return pass(host, context);
         }},
        {"run() failed with -4 and does not say why", [](auto*, auto*, auto*) { return PH_E_INTERNAL; }},
        {"run() wrote 300 bytes and a NUL into a message_size of 256",
         [](auto*, auto*, ph_error* error) {
             error->message_length = 300;
             return PH_E_INTERNAL;
         }},
    };
    for (const auto& [told, run] : cases) {
        INFO(told);
        const auto fake = fakeWith(run);
        ph_fake_set_secret(fake.get(), "/password", "hunter2");
        ph_fake_run(fake.get(), 0);
        const std::string once = ph_fake_broken(fake.get());
        CHECK(has(once.c_str(), told));
        ph_fake_run(fake.get(), 0);
        CHECK(ph_fake_broken(fake.get()) == once);
    }
}

TEST_CASE("A secret is not repeated when its breach is told") {
    const auto fake = fakeWith([](const ph_host* host, const ph_run_context* context, ph_error*) {
        host->fact_text(context->run, "key", "hunter2", 7);
        return pass(host, context);
    });
    ph_fake_set_secret(fake.get(), "/password", "hunter2");
    ph_fake_run(fake.get(), 1000);
    CHECK(has(ph_fake_broken(fake.get()), "C4"));
    CHECK(!has(ph_fake_broken(fake.get()), "hunter2"));
}

TEST_CASE("The host is asked nothing when it does not expect it") {
    const ph_settings* kept = nullptr;
    conduct = {};
    conduct.create = [&](const ph_host*, const ph_settings* settings, ph_check** check, ph_error*) {
        kept = settings;
        *check = reinterpret_cast<ph_check*>(&conduct);
        return PH_OK;
    };
    conduct.run = [&](const ph_host* host, const ph_run_context* context, ph_error*) {
        CHECK(host->setting(kept, "/port", nullptr) == nullptr);
        return pass(host, context);
    };
    const Fake fake(ph_fake_new());
    ph_fake_set(fake.get(), "/port", "1");
    REQUIRE(ph_fake_create(fake.get(), probehost_plugin_entry_v1, "scripted") == PH_OK);
    ph_fake_run(fake.get(), 1000);
    CHECK(ph_fake_broken(fake.get()) == std::string("O3: setting() was asked outside create()\n"));
}

TEST_CASE("Extensions are those of the test") {
    struct {
        uint32_t struct_size;
    } extension = {4};
    const auto fake = fakeWith([](const ph_host* host, const ph_run_context* context, ph_error*) {
        CHECK(host->get_extension(host, "other/1") == nullptr);
        CHECK(static_cast<const uint32_t*>(host->get_extension(host, "mine/1"))[0] == 4);
        return pass(host, context);
    });
    ph_fake_set_extension(fake.get(), "mine/1", &extension);
    CHECK(ph_fake_run(fake.get(), 1000)->verdict == PH_PASS);
}

TEST_CASE("Who reads beyond a struct, or writes what is the host's, crashes there") {
    const auto crash = [](auto step) {
        const auto fake = fakeWith([&](const ph_host* host, const ph_run_context* context, ph_error* error) {
            step(host, context, error);
            return pass(host, context);
        });
        return signalOf([&] { ph_fake_run(fake.get(), 1000); });
    };
    CHECK(crash([](auto* host, auto*, auto*) { touch(host); }) == 0);
    CHECK(crash([](auto* host, auto*, auto*) { touch(host + 1); }) == SIGSEGV);
    CHECK(crash([](auto*, auto* context, auto*) { touch(context + 1); }) == SIGSEGV);
    CHECK(crash([](auto*, auto*, auto* error) { touch(error + 1); }) == SIGSEGV);
    CHECK(crash([](auto*, auto*, auto* error) { touch(error->message + error->message_size); }) == SIGSEGV);
    CHECK(crash([](auto* host, auto*, auto*) { const_cast<ph_host*>(host)->flags = 1; }) == SIGSEGV);
}

TEST_CASE("Who keeps what was lent crashes when it uses it") {
    const ph_run_context* kept = nullptr;
    const char* text = nullptr;
    conduct = {};
    conduct.create = [&](const ph_host* host, const ph_settings* settings, ph_check** check, ph_error*) {
        text = host->setting(settings, "/name", nullptr);
        *check = reinterpret_cast<ph_check*>(&conduct);
        return PH_OK;
    };
    conduct.run = [&](const ph_host* host, const ph_run_context* context, ph_error*) {
        kept = context;
        return pass(host, context);
    };
    const Fake fake(ph_fake_new());
    ph_fake_set(fake.get(), "/name", "short-lived");
    REQUIRE(ph_fake_create(fake.get(), probehost_plugin_entry_v1, "scripted") == PH_OK);
    ph_fake_run(fake.get(), 1000);
    CHECK(signalOf([&] { touch(kept); }) == SIGSEGV);
    CHECK(signalOf([&] { touch(text); }) == SIGSEGV);
}

TEST_CASE("An error may have no room for words") {
    const auto fake = fakeWith(
        [](const ph_host*, const ph_run_context*, ph_error* error) { return ph_fail(error, PH_E_INTERNAL, "broken"); });
    const auto said = [&](uint32_t room) {
        ph_fake_set_message_size(fake.get(), room);
        return std::string(ph_fake_run(fake.get(), 1000)->error);
    };
    CHECK(said(0).empty());
    CHECK(said(1).empty());
    CHECK(said(4) == "bro");
    CHECK(said(7) == "broken");
    CHECK(ph_fake_broken(fake.get()) == std::string());
}
