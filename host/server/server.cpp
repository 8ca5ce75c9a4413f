// Wires settings to checks to answers.
#include "server/server.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <iterator>

#include "http/handlers.hpp"

namespace probehost {

namespace {

constexpr std::chrono::milliseconds stopLimit{1000};
constexpr std::chrono::seconds stopReserve{10}; // more than all that comes after the drain
constexpr std::chrono::seconds beatLimit{1};    // after which the watchdog is not fed until the thread goes on

FrontSettings frontSettingsOf(const Settings& settings) {
    FrontSettings front;
    front.wait = settings.server.wait;
    front.terse = settings.server.details == Details::Terse;
    front.token = settings.server.token;
    for (const auto& [path, probe] : settings.server.aliases) front.aliases.emplace(path, probe);
    return front;
}

Limits limitsOf(const ServerLimits& settings) {
    Limits limits;
    limits.connections = static_cast<std::size_t>(settings.connections);
    limits.perAddress = static_cast<std::size_t>(settings.perAddress);
    limits.head.uriBytes = static_cast<std::size_t>(settings.requestLine);
    limits.head.headBytes = static_cast<std::size_t>(settings.headerBytes);
    limits.head.fields = static_cast<std::size_t>(settings.headerCount);
    limits.headTime = limits.writeTime = settings.headerTime;
    limits.keepAlive = settings.keepAlive;
    return limits;
}

// Every check has its name from the first answer on.
Report beforeCreation(const Settings& settings) {
    Report report;
    report.created = false;
    for (const auto& entry : settings.checks) report.checks.push_back(Check(entry.policy, nullptr).state(Clock::now()));
    return report;
}

// The default folder belongs to a packaged service; elsewhere the host does without what lies there.
bool possible(const std::string& path) {
    std::error_code failed;
    const auto folder = std::filesystem::path(path).parent_path();
    std::filesystem::create_directory(folder, failed);
    return access(folder.c_str(), W_OK) == 0;
}

} // namespace

Server::Server(std::string configFile, Settings settings, PluginEnvironment& environment, ServiceManager& manager)
    : manager_(manager),
      configFile_(std::move(configFile)),
      environment_(environment),
      log_(environment.log()),
      settings_(std::move(settings)),
      boundTo_(settings_.server.listen),
      boundLimits_(settings_.server.limits),
      boundAdmin_(settings_.admin),
      frontSettings_(frontSettingsOf(settings_)),
      feed_(log_, [this](const std::string& status) { manager_.status(status); }),
      scheduler_({}, feed_),
      reloading_(configFile_, environment) {
    feed_.rename(settings_.service);
    front_ = openFront(settings_);
    feed_.publishTo([this](const ProbeAnswers& answers) { front_->publish(answers); });
    openNotifySocket(settings_.admin);
}

FrontOptions Server::frontOptions(const Settings& settings) {
    FrontOptions options;
    options.listen = manager_.sockets();
    if (options.listen.empty())
        for (const auto& address : settings.server.listen) options.listen.push_back({address.text()});
    options.settings = frontSettings_;
    options.limits = limitsOf(settings.server.limits);
    options.handlers = probeHandlers(*this);
    options.routed = [](std::string_view) { return false; };
    options.refresh = [this](Probe probe) { scheduler_.refresh(probe); };
    options.crowdLeft = [this] { spareMemory_.free(); };
    const bool admin = settings.admin.socketWritten || possible(settings.admin.socket);
    if (admin) options.admin = AdminOptions{settings.admin.socket, adminHandlers(*this)};
    return options;
}

std::unique_ptr<Front> Server::openFront(const Settings& settings) {
    return std::make_unique<Front>(frontOptions(settings), scheduler_.beat());
}

void Server::openNotifySocket(const AdminSettings& admin) {
    const bool wanted = admin.notifyWritten || admin.socketWritten;
    if (!wanted && !possible(admin.notifySocket)) return;
    try {
        notify_ = std::make_unique<NotifySocket>(admin.notifySocket);
    } catch (const std::runtime_error& failure) {
        throw ListenError("unix:" + admin.notifySocket, failure.what());
    }
}

void Server::listen() {
    feed_.reported(std::make_shared<Report>(beforeCreation(settings_)), Clock::time_point::min());
    front_->start();
}

bool Server::run(Checks checks) {
    scheduler_.replace(std::move(checks));
    scheduler_.start();
    spareMemory_.giveBack(); // what reading the configuration and loading plugins needed
    announce();
    while (waitForEvent()) {
    }
    const bool frontDone = front_->stop();
    const bool checksDone = scheduler_.stop(stopLimit) && reloading_.idle();
    log_.write(Level::Info,
               frontDone && checksDone ? "stopped" : "stopped; a run that ignores its cancel was left behind");
    return frontDone && checksDone;
}

void Server::announce() {
    watchFiles();
    log_.write(Level::Info,
               "probehost " PROBEHOST_VERSION " listening on " + addressesInWords() + " with " + checksInWords());
    manager_.ready(feed_.status());
    spareMemory_.used();
}

std::string Server::addressesInWords() const {
    std::string where;
    const auto add = [&where](const std::string& address) { where += (where.empty() ? "" : ", ") + address; };
    for (const auto& socket : manager_.sockets()) add(socket.address + " (the service manager's)");
    if (!where.empty()) return where;
    for (const auto& address : settings_.server.listen)
        add(address.port == 0 ? ListenAddress{address.host, front_->port()}.text() : address.text());
    return where;
}

void Server::watchFiles() {
    if (!settings_.plugins.watch) return watch_.reset();
    if (!watch_) watch_ = std::make_unique<FileWatch>();
    auto folders = settings_.plugins.path;
    folders.push_back(std::filesystem::absolute(configFile_).parent_path());
    std::ranges::copy(settings_.includeFolders, std::back_inserter(folders));
    watch_->follow(folders);
}

// False when it is time to stop.
bool Server::waitForEvent() {
    std::array<pollfd, 6> fds = {{{signals_.fd(), POLLIN, 0},
                                  {notify_ ? notify_->fd() : -1, POLLIN, 0},
                                  {reloading_.fd(), POLLIN, 0},
                                  {watch_ ? watch_->fd() : -1, POLLIN, 0},
                                  {reloadRequests_.fd(), POLLIN, 0},
                                  {spareMemory_.fd(), POLLIN, 0}}};
    if (drainEnds_ && Clock::now() >= *drainEnds_) return false;
    poll(fds.data(), fds.size(), longestWait());
    feedWatchdog();
    spareMemory_.notice();
    spareMemory_.giveBackWhenDue();
    if (fds[1].revents != 0) notify_->receive(environment_.app());
    if (fds[3].revents != 0) watch_->look();
    if (auto done = reloading_.result()) {
        reloadRequests_.answer(reload(done->diagnostics, std::move(done->assembly)));
        manager_.ready(feed_.status());
        watchFiles();
        spareMemory_.used();
    }
    reloadWhatChanged();
    if (reloadRequests_.take(!reloading_.idle())) beginReload();
    return !obey(signals_.next());
}

void Server::reloadWhatChanged() {
    if (!watch_ || !watch_->due() || Clock::now() < *watch_->due()) return;
    watch_->done();
    beginReload();
}

// Milliseconds, as poll(2) wants them.
int Server::longestWait() const {
    const auto never = Clock::time_point::max();
    const auto watched = watch_ ? watch_->due().value_or(never) : never;
    const auto next = std::min({drainEnds_.value_or(never), manager_.feedingTime().value_or(never), watched,
                                spareMemory_.due().value_or(never)});
    if (next == never) return -1;
    return static_cast<int>(std::max<int64_t>(0, std::chrono::ceil<milliseconds>(next - Clock::now()).count()));
}

// Only while both threads that answers depend on go round.
void Server::feedWatchdog() {
    const auto now = Clock::now();
    const auto turned = [now](const std::atomic<int64_t>& beat) {
        return now - Clock::time_point(std::chrono::nanoseconds(beat.load())) < beatLimit;
    };
    manager_.feed(now, turned(scheduler_.beat()) && turned(front_->beat()));
}

std::string Server::checksInWords() const {
    const auto count = settings_.checks.size();
    return std::to_string(count) + (count == 1 ? " check" : " checks");
}

// True when it asks for the end at once; 0 is no signal.
bool Server::obey(int signal) {
    if (signal == SIGHUP) beginReload();
    if (signal != SIGTERM && signal != SIGINT) return false;
    if (drainEnds_) return true;
    beginDrain();
    return false;
}

void Server::beginReload() {
    manager_.reloading();
    reloading_.begin();
}

void Server::beginDrain() {
    manager_.stopping(settings_.server.drainDelay + stopReserve);
    drainEnds_ = Clock::now() + settings_.server.drainDelay;
    scheduler_.drain(true);
    log_.write(Level::Info, "draining for " + std::to_string(settings_.server.drainDelay.count()) +
                                "ms before the end; a second signal ends at once");
}

FrontSettings Server::frontSettings() const {
    const std::scoped_lock lock(mutex_);
    return frontSettings_;
}

ReloadOutcome Server::reload(const Diagnostics& diagnostics, Assembly assembly) {
    ReloadOutcome outcome{!diagnostics.hasErrors(), {}};
    for (const auto& diagnostic : diagnostics.sorted()) {
        outcome.findings.push_back(diagnostic.text());
        const bool error = diagnostic.severity == Diagnostic::Severity::Error;
        log_.write(error ? Level::Error : Level::Warning, diagnostic.text());
    }
    if (diagnostics.hasErrors()) {
        log_.write(Level::Error, "not reloaded: the configuration has errors, the one before stays in force");
        feed_.remark("not reloaded: " + diagnostics.firstError());
        return outcome;
    }
    warnOfRestart(assembly.settings);
    apply(std::move(assembly.settings));
    scheduler_.replace(std::move(assembly.checks));
    log_.write(Level::Info, "reloaded " + configFile_ + " with " + checksInWords());
    return outcome;
}

void Server::apply(Settings settings) {
    settings_ = std::move(settings);
    feed_.rename(settings_.service);
    feed_.remark("");
    const auto front = frontSettingsOf(settings_);
    front_->apply(front);
    const std::scoped_lock lock(mutex_);
    frontSettings_ = front;
}

void Server::warnOfRestart(const Settings& fresh) {
    const auto same = [&](bool equal, const char* key) {
        if (!equal)
            log_.write(Level::Warning, std::string(key) + " changed: this needs a restart, the rest is reloaded");
    };
    same(fresh.server.listen == boundTo_, "server.listen");
    same(fresh.server.limits == boundLimits_, "server.limits");
    same(fresh.admin.socket == boundAdmin_.socket, "admin.listen");
    same(fresh.admin.notifySocket == boundAdmin_.notifySocket, "admin.notify");
}

} // namespace probehost
