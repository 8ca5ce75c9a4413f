// What a shared object says of itself to the linker, as plain data, without running any of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace probehost::authoring {

struct ElfSymbol {
    std::string name;
    bool defined = false;
    bool weak = false;
    bool unique = false; // one for the whole process, whoever else defines it
};

struct ElfImage {
    uint16_t type = 0;    // ET_…
    uint16_t machine = 0; // EM_…
    uint8_t wordClass = 0;
    uint8_t byteOrder = 0;

    std::vector<ElfSymbol> symbols; // the dynamic ones
    std::vector<std::string> needed;
    std::vector<std::string> runPath;        // folders, as written
    std::vector<std::string> symbolVersions; // needed ones, such as GLIBC_2.34
    std::string soname;
    std::string buildId; // hexadecimal
    uint64_t flags = 0;  // DF_…
    uint64_t flags1 = 0; // DF_1_…
    uint64_t threadLocalBytes = 0;
    bool textRelocations = false;
    bool executableStack = true; // until a GNU_STACK header says otherwise
    bool readOnlyRelocations = false;
};

// Throws PluginRefused for what is no ELF file. What the file only pretends to hold is left out.
ElfImage readElf(const std::string& file);

} // namespace probehost::authoring
