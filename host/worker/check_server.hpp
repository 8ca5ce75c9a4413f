// Does what the host's frames ask for: creates checks of one plugin, runs them side by side, destroys them.
#pragma once

#include <map>
#include <memory>
#include <set>

#include "plugin/plugin_library.hpp"
#include "worker/host_link.hpp"
#include "worker/hosted_check.hpp"

namespace probehost {

class CheckServer {
  public:
    // Both outlive this.
    CheckServer(const PluginLibrary& library, HostLink& link) : library_(library), link_(link) {}

    // For as long as there is a host. Throws FrameBroken for what no host of this build sends.
    [[noreturn]] void serve();

  private:
    void obey(FrameReader& frame);
    void create(FrameReader& frame);

    const PluginLibrary& library_;
    HostLink& link_;
    std::map<uint32_t, std::unique_ptr<HostedCheck>> checks_;
    std::set<std::string> secrets_;
};

} // namespace probehost
