// The command line of probehost.
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <functional>
#include <iostream>
#include <map>
#include <new>

#include "cli/commands.hpp"
#include "cli/duration_option.hpp"
#include "cli/format_option.hpp"
#include "cli/plugin_group.hpp"
#include "cli/terminal.hpp"
#include "cli/usage_error.hpp"
#include "config/suggestion.hpp"

namespace {

using namespace probehost;
using cli::Format;

constexpr const char* defaultConfig = "/etc/probehost/probehost.yaml";

constexpr const char* examples = R"(
Examples:
  probehost validate --config probehost.yaml     find every error before it matters
  probehost check                                run all checks once and print a table
  probehost serve                                answer /health, /health/ready and /health/started
  probehost probe ready                          exit 0 when the host on this machine is ready

probehost COMMAND --help tells more about one command.)";

void addConfig(CLI::App& command, std::string& config) {
    config = defaultConfig;
    command.add_option("-c,--config", config, "The configuration file")->capture_default_str()->type_name("FILE");
}

// Adds a command whose body runs when it was the one asked for.
CLI::App& add(CLI::App& app, const char* name, const char* summary, int& status, std::function<int()> body) {
    auto* command = app.add_subcommand(name, summary);
    command->callback([&status, body = std::move(body)] { status = body(); });
    return *command;
}

struct Options {
    std::string config;
    cli::CheckOptions check;
    cli::ProbeOptions probe;
    cli::PluginsOptions plugins;
    cli::ReloadOptions reload;
    cli::ManifestOptions manifest;
};

void addServe(CLI::App& app, Options& options, int& status) {
    auto& serve = add(app, "serve", "Run the service", status, [&] { return cli::serve(options.config); });
    serve.footer(
        "\nSIGTERM and SIGINT drain and stop (a second one stops at once), SIGHUP reloads the configuration.\n"
        "Exit status: 0 after a clean stop, 71 when it cannot listen, 78 for errors in the configuration.");
    addConfig(serve, options.config);
    auto& validate =
        add(app, "validate", "Check the configuration, the plugins and their settings, and print every error", status,
            [&] { return cli::validate(options.config); });
    validate.footer("\nExit status: 0 when it could be served, 78 for errors.");
    addConfig(validate, options.config);
}

void addCheck(CLI::App& app, Options& options, int& status) {
    auto& check = add(app, "check", "Run checks once, without a service, and print a table", status,
                      [&] { return cli::check(options.check); });
    check.footer(
        "\nExit status: 0 healthy or degraded, 1 not, 78 for errors in the configuration;\n"
        "with --format nagios 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.");
    check.add_option("NAME", options.check.names, "The checks to run; all when none is named")->type_name("");
    addConfig(check, options.check.config);
    cli::addFormat(check, options.check.format,
                   {{"text", Format::Text}, {"json", Format::Json}, {"nagios", Format::Nagios}});
}

void addProbe(CLI::App& app, Options& options, int& status) {
    auto& probe = add(app, "probe", "Ask a running service, for exec probes and container health checks", status,
                      [&] { return cli::probe(options.probe); });
    probe.footer("\nPrints the answer's body. Exit status: 0 for 200, else 1.");
    probe.add_option("probe", options.probe.probe, "live, ready or started")
        ->check(CLI::IsMember({"live", "ready", "started"}))
        ->capture_default_str()
        ->type_name("PROBE");
    probe.add_option("--url", options.probe.url, "Where it listens; a URL with a path is asked as it is")
        ->capture_default_str()
        ->type_name("URL");
    probe.add_option("--timeout", options.probe.timeoutMs, "Milliseconds after which it gives up")
        ->check(CLI::Range(1, 3600000))
        ->capture_default_str()
        ->type_name("MS");
}

void addReload(CLI::App& app, Options& options, int& status) {
    auto& reload = add(app, "reload", "Have a running service read its configuration anew", status,
                       [&] { return cli::reload(options.reload); });
    reload.footer(
        "\nPrints every error and warning; with an error the configuration before stays in force.\n"
        "Exit status: 0 when it was reloaded, else 1.");
    addConfig(reload, options.reload.config);
    reload.add_option("--admin", options.reload.admin, "The service's admin socket instead of the configuration's")
        ->type_name("unix:PATH");
}

void addPlugins(CLI::App& app, Options& options, int& status) {
    auto& plugins = add(app, "plugins", "List every plugin and checker, and say why a file was refused", status,
                        [&] { return cli::plugins(options.plugins); });
    addConfig(plugins, options.plugins.config);
    plugins.add_option("--path", options.plugins.path, "Look here instead of the configuration's plugins.path")
        ->type_name("DIRECTORY");
    cli::addFormat(plugins, options.plugins.format, {{"text", Format::Text}, {"json", Format::Json}});
}

void addManifest(CLI::App& app, Options& options, int& status) {
    auto& manifest = add(app, "manifest", "Print probe settings that fit the configuration, with the reason of each",
                         status, [&] { return cli::manifest(options.manifest); });
    manifest.footer(
        "\nExit status: 0, 78 for errors in the configuration, or when it cannot be probed there, 1 when no start was "
        "seen.\n"
        "Variables and files that the configuration names have to be there; what they hold does not matter.");
    manifest.add_option("PLATFORM", options.manifest.platform, "kubernetes, containerapps or systemd")
        ->required()
        ->check(CLI::IsMember({"kubernetes", "containerapps", "systemd"}))
        ->type_name("");
    addConfig(manifest, options.manifest.config);
    cli::addDuration(manifest, "--startup-time", options.manifest.startupTime,
                     "How long the application may take to start; 5m when it is not said");
    manifest
        .add_option("--measure", options.manifest.measured,
                    "Ask this service until it has started, and allow three times what that took")
        ->type_name("http://HOST:PORT")
        ->excludes("--startup-time");
}

// CLI11 would only say that a command is required. A group's word is followed by one of its own commands.
bool knowsCommand(const CLI::App& app, int argc, char** argv) {
    if (argc < 2 || argv[1][0] == '-') return true;
    const std::string asked = argv[1];
    std::vector<std::string> names;
    for (const auto* command : app.get_subcommands({})) names.push_back(command->get_name());
    if (names.empty()) return true;
    if (std::ranges::find(names, asked) != names.end())
        return knowsCommand(*app.get_subcommand(asked), argc - 1, argv + 1);
    std::cerr << "error: unknown command \"" << cli::printable(asked) << '"' << hint(asked, names) << '\n';
    return false;
}

[[noreturn]] void end(std::string_view words) {
    static_cast<void>(write(STDERR_FILENO, words.data(), words.size()) > 0); // which needs no memory
    _exit(probehost::cli::InternalError);
}

// Who cannot go on ends the process, in words and at once; what started it starts it again. Also in libraries, some of
// which would use the memory that they did not get. Before any of them begins.
[[gnu::constructor(101)]] void prepareForTheWorst() {
    std::set_new_handler([] { end("probehost: out of memory\n"); });
    std::set_terminate([] { end("probehost: an unexpected failure\n"); });
}

int run(int argc, char** argv) {
    CLI::App app("Answers whether a service is alive, ready and started, by looking at what it depends on.",
                 "probehost");
    app.set_version_flag("--version", "probehost " PROBEHOST_VERSION);
    app.require_subcommand(1);
    app.footer(examples);
    Options options;
    int status = cli::Ok;
    addServe(app, options, status);
    addCheck(app, options, status);
    addProbe(app, options, status);
    addReload(app, options, status);
    addPlugins(app, options, status);
    addManifest(app, options, status);
    cli::addPluginGroup(app, status);
    if (!knowsCommand(app, argc, argv)) return cli::UsageError;
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() != 0) std::cerr << cli::usageError(app, error) << '\n';
        if (error.get_exit_code() != 0) return cli::UsageError;
        app.exit(error); // help or the version
        return cli::written(cli::Ok, cli::CannotWrite);
    }
    return status;
}

} // namespace

int main(int argc, char** argv) {
    probehost::cli::openMissingStreams();
    try {
        return run(argc, argv);
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "probehost: %s\n", failure.what());
        return cli::InternalError;
    }
}
