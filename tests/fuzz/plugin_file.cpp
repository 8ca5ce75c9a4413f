// Files on the plugin path: used as a plugin, or refused in words, before anything in them runs.
#include "plugin/plugin_file.hpp"

#include "fuzz_input.hpp"

using namespace probehost;

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const fuzz::MemoryFile file(fuzz::bytesOf(data, size));
    try {
        const auto note = inspectPluginFile(file.path());
        fuzz::require(note.abiMajor == PH_ABI_MAJOR, "only a plugin of this ABI is used");
    } catch (const PluginRefused& refused) {
        fuzz::require(*refused.what() != '\0', "a refusal has a reason");
    }
    return 0;
}
