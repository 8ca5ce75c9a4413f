// Files that are no plugins at all are refused in words before anything in them runs.
#include <elf.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "folder.hpp"
#include "plugins.hpp"

namespace probehost::test {

namespace {

#if defined(__aarch64__)
constexpr uint16_t otherMachine = EM_X86_64;
const std::string otherName = "x86-64";
const std::string ownName = "aarch64";
#else
constexpr uint16_t otherMachine = EM_AARCH64;
const std::string otherName = "aarch64";
const std::string ownName = "x86-64";
#endif

// The least that is an ELF file.
std::string elfFile(uint16_t machine, uint16_t type) {
    Elf64_Ehdr header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_ident[EI_VERSION] = EV_CURRENT;
    header.e_type = type;
    header.e_machine = machine;
    header.e_version = EV_CURRENT;
    header.e_ehsize = sizeof(header);
    return {reinterpret_cast<const char*>(&header), sizeof(header)};
}

std::string contents(const std::string& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

} // namespace

TEST_CASE("file: a text, an empty file, a program and a library of another machine are refused", "[plugin]") {
    auto [bytes, why] = GENERATE(table<std::string, std::string>({
        {"", "not a shared object (not an ELF file)"},
        {"#!/bin/sh\necho hello\n", "not a shared object (not an ELF file)"},
        {ELFMAG, "not a shared object (not an ELF file)"},
        {"!<arch>\n", "not a shared object (not an ELF file)"},
        {elfFile(otherMachine, ET_DYN),
         "built for " + otherName + ", but this host runs on " + ownName + ": rebuild it here"},
        {elfFile(EM_386, ET_DYN), "built for 32-bit x86, but this host runs on " + ownName + ": rebuild it here"},
        {elfFile(EM_MIPS, ET_DYN), "built for machine 8, but this host runs on " + ownName + ": rebuild it here"},
    }));
    const Folder folder;
    CHECK(refusal(folder.write("x.so", bytes)) == why);
}

TEST_CASE("file: an object file is not a shared object", "[plugin]") {
    const Folder folder;
    const auto own = otherMachine == EM_AARCH64 ? EM_X86_64 : EM_AARCH64;
    CHECK(refusal(folder.write("x.so", elfFile(static_cast<uint16_t>(own), ET_REL))) ==
          "not a shared object (an ELF file of another type)");
}

TEST_CASE("file: one that was cut anywhere is refused and never opened", "[plugin]") {
    const auto whole = contents(pluginPath("tiny_good"));
    const Folder folder;
    const auto part = GENERATE(64U, 500U, 1000U, 4096U, 4097U, 8192U, 12288U);
    CAPTURE(part);
    REQUIRE(part < whole.size());
    CHECK(refusal(folder.write("x.so", whole.substr(0, part))) ==
          "not complete: the file ends too early, so copy or build it again");
    CHECK(refusal(folder.write("y.so", whole.substr(0, whole.size() - 1))) ==
          "not complete: the file ends too early, so copy or build it again");
    CHECK(refusal(folder.write("z.so", whole)).empty());
}

TEST_CASE("file: one with any byte changed is taken or refused, and nothing worse", "[plugin]") {
    const auto whole = contents(pluginPath("tiny_good"));
    const Folder folder;
    for (size_t at = 0; at < whole.size(); at += 7) {
        auto bytes = whole;
        bytes[at] = static_cast<char>(bytes[at] ^ 0xFF);
        const auto file = folder.write("x.so", bytes);
        try {
            inspectPluginFile(file);
        } catch (const PluginRefused& refused) {
            CHECK(std::strlen(refused.what()) > 0);
        }
    }
}

TEST_CASE("file: a directory, a pipe and a file that is not there are refused", "[plugin]") {
    const Folder folder;
    std::filesystem::create_directory(folder.path("directory.so"));
    CHECK(refusal(folder.path("directory.so")) == "not a regular file");
    REQUIRE(mkfifo(folder.path("pipe.so").c_str(), 0600) == 0);
    CHECK(refusal(folder.path("pipe.so")) == "not a regular file");
    CHECK(refusal(folder.path("missing.so")) == "cannot be read: No such file or directory");
    std::filesystem::create_symlink("missing.so", folder.path("dangling.so"));
    CHECK(refusal(folder.path("dangling.so")) == "cannot be read: No such file or directory");
}

TEST_CASE("file: a link to a plugin, and a name without a folder, are as good as the file", "[plugin]") {
    const Folder folder;
    std::filesystem::create_symlink(pluginPath("tiny_good"), folder.path("link.so"));
    CHECK(refusal(folder.path("link.so")).empty());
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(folder.path(""));
    const auto why = refusal("link.so");
    std::filesystem::current_path(before);
    CHECK(why.empty());
    std::filesystem::remove(folder.path("link.so"));
    CHECK(refusal(pluginPath("tiny_good")).empty()); // which the linker knows by a name that is gone
}

TEST_CASE("file: the note is read without opening the file", "[plugin]") {
    const auto note = inspectPluginFile(pluginPath("tiny_entry_aborts"));
    CHECK(note.abiMajor == PH_ABI_MAJOR);
    CHECK(note.abiMinorBuilt == PH_ABI_MINOR);
    CHECK(note.abiMinorNeeded == 0);
    CHECK(note.flags == 0);
}

} // namespace probehost::test
