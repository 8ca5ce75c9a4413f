// describe_plugin PLUGIN FILE: opens a plugin that was just built and writes to FILE what its section is to hold.
#include <cstdio>
#include <fstream>

#include "isolation/written_description.hpp"
#include "plugin/plugin_host.hpp"
#include "plugin/plugin_library.hpp"

namespace {

class NoServices final : public probehost::PluginServices {
  public:
    void log(probehost::Level, std::string_view) override {}
    int32_t appState(std::string_view, int64_t&) override { return PH_APP_UNSET; }
};

void describe(const std::string& plugin, const std::string& file) {
    NoServices services;
    const probehost::PluginHost host(services);
    std::ofstream out(file, std::ios::binary);
    out.exceptions(std::ios::badbit | std::ios::failbit);
    out << probehost::descriptionToWrite(probehost::PluginLibrary(plugin, host.table()).describe()) << std::flush;
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 64;
    try {
        describe(argv[1], argv[2]);
        return 0;
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "%s: %s\n", argv[1], failure.what());
        return 1;
    }
}
