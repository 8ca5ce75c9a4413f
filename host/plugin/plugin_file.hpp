// What can be said of a plugin's file without running any of it.
#pragma once

#include <probehost/abi.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace probehost {

// Why a file cannot be used as a plugin, in words for whoever put it there.
struct PluginRefused : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// The same of a file that might be a plugin, but whose code did not survive being tried.
struct PluginDied : PluginRefused {
    PluginDied(const std::string& reason, std::string how) : PluginRefused(reason), death(std::move(how)) {}
    std::string death; // in words for strangers, such as "crashed: SIGSEGV"
};

struct PluginNote {
    uint32_t abiMajor = 0;
    uint32_t abiMinorBuilt = 0;
    uint32_t abiMinorNeeded = 0;
    uint32_t flags = 0;
};

// Reads the ELF header, the note and the exported symbol; throws PluginRefused for a file that this host cannot use.
PluginNote inspectPluginFile(const std::string& file);

// What a section of the file holds; "" when it has none of this name, or is no ELF file.
std::string contentsOf(const std::string& file, const char* section);

// Whether Go's runtime is in the file: it starts threads and changes signal handlers for the whole process.
bool hasGoRuntime(const std::string& file);

// Whether the file names folders relative to its own ($ORIGIN) where its libraries are looked for.
bool looksBesideItself(const std::string& file);

} // namespace probehost
