// libelf checks every bound, so nothing in the file is trusted.
#include "authoring/elf_image.hpp"

#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "plugin/plugin_file.hpp"

namespace probehost::authoring {

namespace {

struct OpenFile {
    int fd;
    ~OpenFile() {
        if (fd >= 0) close(fd);
    }
};

std::string textAt(Elf* elf, size_t table, size_t offset) {
    const char* text = elf_strptr(elf, table, offset);
    return text == nullptr ? "" : text;
}

std::vector<std::string> folders(const std::string& path) {
    std::vector<std::string> all;
    size_t begin = 0;
    while (begin <= path.size()) {
        const auto end = std::min(path.find(':', begin), path.size());
        all.push_back(path.substr(begin, end - begin));
        begin = end + 1;
    }
    return all;
}

class ElfReader {
  public:
    ElfReader(Elf* elf, ElfImage& image) : elf_(elf), image_(image) {}

    void read() {
        readSegments();
        for (auto* section = elf_nextscn(elf_, nullptr); section != nullptr; section = elf_nextscn(elf_, section)) {
            GElf_Shdr header;
            if (gelf_getshdr(section, &header) == nullptr) continue;
            if (auto* data = elf_getdata(section, nullptr); data != nullptr) readSection(header, data);
        }
    }

  private:
    void readSegments() {
        size_t count = 0;
        if (elf_getphdrnum(elf_, &count) != 0) return;
        for (int i = 0; i < static_cast<int>(count); i++) {
            GElf_Phdr header;
            if (gelf_getphdr(elf_, i, &header) == nullptr) break;
            if (header.p_type == PT_GNU_STACK) image_.executableStack = (header.p_flags & PF_X) != 0;
            if (header.p_type == PT_GNU_RELRO) image_.readOnlyRelocations = true;
            if (header.p_type == PT_TLS) image_.threadLocalBytes = header.p_memsz;
        }
    }

    void readSection(const GElf_Shdr& header, Elf_Data* data) {
        if (header.sh_type == SHT_NOTE) return readNotes(data);
        if (header.sh_type == SHT_GNU_verneed) return readVersions(header, data);
        if (header.sh_entsize == 0) return;
        const auto count = static_cast<int>(std::min<uint64_t>(data->d_size / header.sh_entsize, mostEntries));
        if (header.sh_type == SHT_DYNSYM) readSymbols(header, data, count);
        if (header.sh_type == SHT_DYNAMIC) readDynamic(header, data, count);
    }

    // The first is empty by definition.
    void readSymbols(const GElf_Shdr& header, Elf_Data* data, int count) {
        for (int i = 1; i < count; i++) {
            GElf_Sym symbol;
            if (gelf_getsym(data, i, &symbol) == nullptr) break;
            const auto binding = GELF_ST_BIND(symbol.st_info);
            if (binding == STB_LOCAL) continue;
            image_.symbols.push_back({textAt(elf_, header.sh_link, symbol.st_name), symbol.st_shndx != SHN_UNDEF,
                                      binding == STB_WEAK, binding == STB_GNU_UNIQUE});
        }
    }

    void readDynamic(const GElf_Shdr& header, Elf_Data* data, int count) {
        for (int i = 0; i < count; i++) {
            GElf_Dyn entry;
            if (gelf_getdyn(data, i, &entry) == nullptr || entry.d_tag == DT_NULL) break;
            readEntry(entry, header.sh_link);
        }
    }

    void readEntry(const GElf_Dyn& entry, size_t texts) {
        switch (entry.d_tag) {
            case DT_NEEDED:
                image_.needed.push_back(textAt(elf_, texts, entry.d_un.d_val));
                break;
            case DT_SONAME:
                image_.soname = textAt(elf_, texts, entry.d_un.d_val);
                break;
            case DT_RPATH:
            case DT_RUNPATH:
                image_.runPath = folders(textAt(elf_, texts, entry.d_un.d_val));
                break;
            case DT_TEXTREL:
                image_.textRelocations = true;
                break;
            case DT_BIND_NOW:
                image_.flags |= DF_BIND_NOW;
                break;
            case DT_FLAGS:
                image_.flags |= entry.d_un.d_val;
                image_.textRelocations = image_.textRelocations || (entry.d_un.d_val & DF_TEXTREL) != 0;
                break;
            case DT_FLAGS_1:
                image_.flags1 = entry.d_un.d_val;
                break;
            default:
                break;
        }
    }

    void readVersions(const GElf_Shdr& header, Elf_Data* data) {
        GElf_Verneed library;
        int next = 0;
        for (int i = 0; i < mostEntries && gelf_getverneed(data, next, &library) != nullptr; i++) {
            readVersionsOf(library, next, header.sh_link, data);
            if (library.vn_next == 0) break;
            next += static_cast<int>(library.vn_next & offsets);
        }
    }

    void readVersionsOf(const GElf_Verneed& library, int at, size_t texts, Elf_Data* data) {
        GElf_Vernaux version;
        int next = at + static_cast<int>(library.vn_aux & offsets);
        for (int i = 0; i < library.vn_cnt && gelf_getvernaux(data, next, &version) != nullptr; i++) {
            image_.symbolVersions.push_back(textAt(elf_, texts, version.vna_name));
            if (version.vna_next == 0) break;
            next += static_cast<int>(version.vna_next & offsets);
        }
    }

    void readNotes(Elf_Data* data) {
        static constexpr const char* digits = "0123456789abcdef";
        size_t offset = 0;
        size_t nameAt = 0;
        size_t descriptorAt = 0;
        GElf_Nhdr note;
        while ((offset = gelf_getnote(data, offset, &note, &nameAt, &descriptorAt)) > 0) {
            const auto* bytes = static_cast<const unsigned char*>(data->d_buf);
            const bool isBuildId = note.n_type == NT_GNU_BUILD_ID && note.n_namesz == sizeof(ELF_NOTE_GNU) &&
                                   std::memcmp(bytes + nameAt, ELF_NOTE_GNU, sizeof(ELF_NOTE_GNU)) == 0;
            if (!isBuildId || note.n_descsz > longestBuildId) continue;
            for (size_t i = 0; i < note.n_descsz; i++) {
                const unsigned byte = bytes[descriptorAt + i];
                image_.buildId += {digits[byte >> 4U], digits[byte & 15U]};
            }
        }
    }

    static constexpr int mostEntries = 1 << 20; // more than any library has
    static constexpr uint32_t offsets = (1U << 24U) - 1;
    static constexpr uint32_t longestBuildId = 64;

    Elf* elf_;
    ElfImage& image_;
};

} // namespace

ElfImage readElf(const std::string& file) {
    elf_version(EV_CURRENT);
    const OpenFile opened{open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    struct stat status {};
    if (opened.fd < 0 || fstat(opened.fd, &status) != 0) {
        throw PluginRefused(std::string("cannot be read: ") + std::strerror(errno));
    }
    if (!S_ISREG(status.st_mode)) throw PluginRefused("not a regular file");
    const std::unique_ptr<Elf, decltype(&elf_end)> elf(elf_begin(opened.fd, ELF_C_READ, nullptr), elf_end);
    GElf_Ehdr header;
    if (!elf || elf_kind(elf.get()) != ELF_K_ELF || gelf_getehdr(elf.get(), &header) == nullptr) {
        throw PluginRefused("not a shared object (not an ELF file)");
    }
    ElfImage image;
    image.type = header.e_type;
    image.machine = header.e_machine;
    image.wordClass = header.e_ident[EI_CLASS];
    image.byteOrder = header.e_ident[EI_DATA];
    ElfReader(elf.get(), image).read();
    return image;
}

} // namespace probehost::authoring
