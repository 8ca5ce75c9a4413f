// libelf reads the file, so nothing in it is trusted and nothing in it runs.
#include "plugin/plugin_file.hpp"

#include <elf.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <optional>

namespace probehost {

namespace {

#if defined(__x86_64__)
constexpr uint16_t ownMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr uint16_t ownMachine = EM_AARCH64;
#else
#error "name this machine's ELF number here"
#endif

struct Descriptor {
    int fd;
    ~Descriptor() { close(fd); }
};
using ElfFile = std::unique_ptr<Elf, decltype(&elf_end)>;

std::string machineName(uint16_t machine) {
    switch (machine) {
        case EM_X86_64:
            return "x86-64";
        case EM_AARCH64:
            return "aarch64";
        case EM_386:
            return "32-bit x86";
        case EM_ARM:
            return "32-bit ARM";
        case EM_RISCV:
            return "RISC-V";
        case EM_PPC64:
            return "PowerPC 64";
        case EM_S390:
            return "s390x";
        default:
            return "machine " + std::to_string(machine);
    }
}

void requireSharedObject(Elf* elf) {
    GElf_Ehdr header;
    if (elf_kind(elf) != ELF_K_ELF || gelf_getehdr(elf, &header) == nullptr) {
        throw PluginRefused("not a shared object (not an ELF file)");
    }
    if (header.e_machine != ownMachine) {
        throw PluginRefused("built for " + machineName(header.e_machine) + ", but this host runs on " +
                            machineName(ownMachine) + ": rebuild it here");
    }
    if (header.e_type != ET_DYN) throw PluginRefused("not a shared object (an ELF file of another type)");
}

// What is mapped but not there kills the process when it is touched. The section headers are last in a usual file.
void requireComplete(Elf* elf, int64_t size) {
    const auto there = [size](uint64_t offset, uint64_t length) {
        const auto limit = static_cast<uint64_t>(size);
        return offset <= limit && length <= limit - offset;
    };
    GElf_Ehdr header;
    size_t count = 0;
    bool complete = gelf_getehdr(elf, &header) != nullptr && elf_getphdrnum(elf, &count) == 0 &&
                    there(header.e_shoff, uint64_t{header.e_shnum} * header.e_shentsize);
    for (size_t i = 0; complete && i < count; i++) {
        GElf_Phdr segment;
        complete = gelf_getphdr(elf, static_cast<int>(i), &segment) != nullptr &&
                   (segment.p_type != PT_LOAD || there(segment.p_offset, segment.p_filesz));
    }
    if (!complete) throw PluginRefused("not complete: the file ends too early, so copy or build it again");
}

// The dynamic symbols decide what dlsym() can find, so the entry is looked for there.
bool exportsEntry(Elf* elf) {
    for (Elf_Scn* section = elf_nextscn(elf, nullptr); section != nullptr; section = elf_nextscn(elf, section)) {
        GElf_Shdr header;
        if (gelf_getshdr(section, &header) == nullptr || header.sh_type != SHT_DYNSYM || header.sh_entsize == 0)
            continue;
        Elf_Data* data = elf_getdata(section, nullptr);
        const auto count = static_cast<int>(header.sh_size / header.sh_entsize);
        for (int i = 0; data != nullptr && i < count; i++) {
            GElf_Sym symbol;
            if (gelf_getsym(data, i, &symbol) == nullptr || symbol.st_shndx == SHN_UNDEF) continue;
            const char* name = elf_strptr(elf, header.sh_link, symbol.st_name);
            if (name != nullptr && std::strcmp(name, PH_ENTRY_SYMBOL) == 0) return true;
        }
    }
    return false;
}

std::optional<PluginNote> noteIn(Elf_Data* data) {
    size_t offset = 0;
    size_t nameAt = 0;
    size_t descriptorAt = 0;
    GElf_Nhdr note;
    while (data != nullptr && (offset = gelf_getnote(data, offset, &note, &nameAt, &descriptorAt)) > 0) {
        const char* bytes = static_cast<const char*>(data->d_buf);
        const bool ours = note.n_type == PH_NOTE_TYPE && note.n_namesz == sizeof(PH_NOTE_NAME) &&
                          std::memcmp(bytes + nameAt, PH_NOTE_NAME, sizeof(PH_NOTE_NAME)) == 0;
        if (!ours || note.n_descsz < sizeof(PluginNote)) continue;
        PluginNote found;
        std::memcpy(&found, bytes + descriptorAt, sizeof(found));
        return found;
    }
    return std::nullopt;
}

std::optional<PluginNote> readNote(Elf* elf) {
    size_t count = 0;
    if (elf_getphdrnum(elf, &count) != 0) return std::nullopt;
    for (int i = 0; i < static_cast<int>(count); i++) {
        GElf_Phdr header;
        if (gelf_getphdr(elf, i, &header) == nullptr || header.p_type != PT_NOTE) continue;
        auto* data = elf_getdata_rawchunk(elf, static_cast<int64_t>(header.p_offset), header.p_filesz,
                                          header.p_align == 8 ? ELF_T_NHDR8 : ELF_T_NHDR);
        if (auto note = noteIn(data)) return note;
    }
    return std::nullopt;
}

void requireSupported(const PluginNote& note) {
    const std::string ours = std::to_string(PH_ABI_MAJOR) + "." + std::to_string(PH_ABI_MINOR);
    const std::string theirs = std::to_string(note.abiMajor) + "." + std::to_string(note.abiMinorNeeded);
    if (note.abiMajor == PH_ABI_MAJOR && note.abiMinorNeeded <= PH_ABI_MINOR) return;
    const bool newer = note.abiMajor > PH_ABI_MAJOR || note.abiMajor == PH_ABI_MAJOR;
    throw PluginRefused("needs plugin ABI " + theirs + ", this probehost offers " + ours + ": " +
                        (newer ? "upgrade probehost, or rebuild the plugin with this host's SDK"
                               : "rebuild the plugin with this host's SDK"));
}

bool isRelativeFolder(Elf* elf, size_t strings, const GElf_Dyn& entry) {
    if (entry.d_tag != DT_RUNPATH && entry.d_tag != DT_RPATH) return false;
    const char* folders = elf_strptr(elf, strings, entry.d_un.d_val);
    return folders != nullptr && std::strstr(folders, "ORIGIN") != nullptr;
}

bool namesRelativeFolders(Elf* elf) {
    for (Elf_Scn* section = elf_nextscn(elf, nullptr); section != nullptr; section = elf_nextscn(elf, section)) {
        GElf_Shdr header;
        if (gelf_getshdr(section, &header) == nullptr || header.sh_type != SHT_DYNAMIC) continue;
        Elf_Data* data = elf_getdata(section, nullptr);
        GElf_Dyn entry;
        for (int i = 0; data != nullptr && gelf_getdyn(data, i, &entry) != nullptr; i++)
            if (isRelativeFolder(elf, header.sh_link, entry)) return true;
    }
    return false;
}

// nullptr when there is none.
Elf_Scn* sectionNamed(Elf* elf, const char* wanted) {
    size_t names = 0;
    if (elf_getshdrstrndx(elf, &names) != 0) return nullptr;
    for (Elf_Scn* section = elf_nextscn(elf, nullptr); section != nullptr; section = elf_nextscn(elf, section)) {
        GElf_Shdr header;
        const char* name = gelf_getshdr(section, &header) == nullptr ? nullptr : elf_strptr(elf, names, header.sh_name);
        if (name != nullptr && std::strcmp(name, wanted) == 0) return section;
    }
    return nullptr;
}

std::string bytesOf(Elf_Scn* section) {
    const Elf_Data* data = section == nullptr ? nullptr : elf_rawdata(section, nullptr);
    if (data == nullptr || data->d_buf == nullptr) return "";
    return {static_cast<const char*>(data->d_buf), data->d_size};
}

// False for what is no ELF file at all.
template <typename Question>
bool ask(const std::string& file, Question question) {
    elf_version(EV_CURRENT);
    const Descriptor descriptor{open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (descriptor.fd < 0) return false;
    const ElfFile elf(elf_begin(descriptor.fd, ELF_C_READ, nullptr), elf_end);
    return elf && question(elf.get());
}

} // namespace

bool looksBesideItself(const std::string& file) { return ask(file, namesRelativeFolders); }

bool hasGoRuntime(const std::string& file) {
    return ask(file, [](Elf* elf) { return sectionNamed(elf, ".go.buildinfo") != nullptr; });
}

std::string contentsOf(const std::string& file, const char* section) {
    std::string bytes;
    ask(file, [&](Elf* elf) {
        bytes = bytesOf(sectionNamed(elf, section));
        return true;
    });
    return bytes;
}

PluginNote inspectPluginFile(const std::string& file) {
    elf_version(EV_CURRENT);
    const Descriptor descriptor{open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    struct stat status {};
    if (descriptor.fd < 0 || fstat(descriptor.fd, &status) != 0) {
        throw PluginRefused(std::string("cannot be read: ") + std::strerror(errno));
    }
    if (!S_ISREG(status.st_mode)) throw PluginRefused("not a regular file");
    const ElfFile elf(elf_begin(descriptor.fd, ELF_C_READ, nullptr), elf_end);
    if (!elf) throw PluginRefused("not a shared object (not an ELF file)");
    requireSharedObject(elf.get());
    requireComplete(elf.get(), status.st_size);
    const auto note = readNote(elf.get());
    if (note) requireSupported(*note);
    if (!exportsEntry(elf.get())) {
        throw PluginRefused("not a probehost plugin: it does not export " PH_ENTRY_SYMBOL);
    }
    if (!note) throw PluginRefused("carries no probehost note: add PH_ELF_NOTE(…) or PROBEHOST_PLUGIN(…) and rebuild");
    return *note;
}

} // namespace probehost
