// The service: starts the parts in order, obeys signals, and ends the parts in reverse.
#pragma once

#include <csignal>
#include <memory>
#include <optional>
#include <string>

#include "app/notify_socket.hpp"
#include "health/scheduler.hpp"
#include "http/front.hpp"
#include "http/health_source.hpp"
#include "server/assembly.hpp"
#include "server/file_watch.hpp"
#include "server/health_feed.hpp"
#include "server/plugin_environment.hpp"
#include "server/reload_requests.hpp"
#include "server/reloading.hpp"
#include "server/service_manager.hpp"
#include "server/signals.hpp"
#include "server/spare_memory.hpp"

namespace probehost {

class Server final : public HealthSource {
  public:
    // Binds all sockets that `manager` has not brought; throws ListenError. The signals of run() are blocked in every
    // thread before this.
    Server(std::string configFile, Settings settings, PluginEnvironment& environment, ServiceManager& manager);

    // Nobody is answered any more.
    ~Server() override { front_->stop(); }

    // As configured; until run().
    const Settings& settings() const { return settings_; }

    // Answers that it is alive and neither ready nor started, until run(), so that no plugin holds up liveness. Who
    // asks for readiness waits for the first results, as long as `server.wait` lets it.
    void listen();

    // Serves until SIGTERM or SIGINT, then drains and stops; a second signal stops at once. SIGHUP reloads.
    // False when something of a plugin's never came back: the process must then end without destroying anything.
    bool run(Checks checks);

    std::shared_ptr<const Report> report() override { return feed_.latest(); }
    std::string service() const override { return feed_.service(); }
    FrontSettings frontSettings() const override;
    AppState& appState() override { return environment_.app(); }
    std::future<ReloadOutcome> requestReload() override { return reloadRequests_.ask(); }

  private:
    FrontOptions frontOptions(const Settings& settings);
    std::unique_ptr<Front> openFront(const Settings& settings);
    void openNotifySocket(const AdminSettings& admin);
    void announce();
    void obeySignals();
    bool waitForEvent();
    int longestWait() const;
    void feedWatchdog();
    std::string checksInWords() const;
    std::string addressesInWords() const;
    bool obey(int signal);
    void watchFiles();
    void reloadWhatChanged();
    void beginReload();
    void beginDrain();
    ReloadOutcome reload(const Diagnostics& diagnostics, Assembly assembly);
    void apply(Settings settings);
    void warnOfRestart(const Settings& fresh);

    const SignalDescriptor signals_{SIGTERM, SIGINT,
                                    SIGHUP}; // first, so that nothing is open yet when there can be none
    ServiceManager& manager_;
    const std::string configFile_;
    PluginEnvironment& environment_;
    Log& log_;
    Settings settings_;                        // as applied; only run()'s thread uses it
    const std::vector<ListenAddress> boundTo_; // this and the next two stay as they are until a restart
    const ServerLimits boundLimits_;
    const AdminSettings boundAdmin_;
    mutable std::mutex mutex_;
    FrontSettings frontSettings_; // guarded by mutex_
    std::optional<Clock::time_point> drainEnds_;
    HealthFeed feed_;
    Scheduler scheduler_;
    SpareMemory spareMemory_;
    std::unique_ptr<Front> front_;
    std::unique_ptr<NotifySocket> notify_;
    Reloading reloading_;
    ReloadRequests reloadRequests_;
    std::unique_ptr<FileWatch> watch_; // where plugins.watch asks for it
};

} // namespace probehost
