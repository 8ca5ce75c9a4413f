// Opening a plugin and distrusting its tables.
#include "plugin/plugin_library.hpp"

#include <dlfcn.h>
#include <link.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <mutex>
#include <set>

#include "plugin/bounded_text.hpp"
#include "plugin/error_buffer.hpp"

namespace probehost {

namespace {

constexpr size_t longestName = 64;
constexpr size_t longestRefusal = 512;
constexpr uint32_t mostCheckers = 256;
constexpr uint32_t longestTime = 3600000; // milliseconds
// The tables as the first release had them; what comes behind is not read here.
// Of the first release, however much the structs grow.
constexpr uint32_t pluginSize = PH_SIZE_TO(ph_plugin, get_extension);
constexpr uint32_t checkerSize = PH_SIZE_TO(ph_checker, get_extension);

bool wellNamed(const char* name) {
    if (name == nullptr || *name < 'a' || *name > 'z' || std::strlen(name) > longestName) return false;
    return std::all_of(name, name + std::strlen(name),
                       [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

std::string problem(const ph_checker* checker) {
    if (checker == nullptr) return "a checker is missing from its table";
    if (checker->struct_size < checkerSize) return "a checker's struct_size is smaller than the first release's";
    if (!wellNamed(checker->name)) return "a checker's name is not of the form [a-z][a-z0-9-]{0,63}";
    const std::string which = "checker \"" + std::string(checker->name) + "\": ";
    if (checker->create == nullptr || checker->run == nullptr || checker->destroy == nullptr) {
        return which + "create, run and destroy must all be set";
    }
    if (checker->settings_schema == nullptr) return which + "settings_schema must be set";
    if (checker->timeout_ms == 0 || checker->timeout_ms > longestTime) return which + "timeout_ms must be 1 to 3600000";
    return "";
}

CheckerInfo describeChecker(const ph_checker& checker, const std::string& file) {
    using std::chrono::milliseconds;
    const auto text = [](const char* words) { return std::string(words == nullptr ? "" : words); };
    return {checker.name,
            text(checker.summary),
            checker.settings_schema,
            text(checker.info_json),
            checker.scope == PH_SCOPE_LOCAL,
            (checker.flags & PH_CHECKER_NO_IO) == 0,
            (checker.flags & PH_CHECKER_STARTS_PROGRAMS) != 0,
            ProbeSet(checker.probes),
            milliseconds(checker.timeout_ms),
            milliseconds(checker.interval_ms),
            milliseconds(checker.max_age_ms),
            file};
}

// Without a slash dlopen() would look everywhere but here.
std::string withSlash(const std::string& file) { return file.find('/') == std::string::npos ? "./" + file : file; }

// Files are told apart by what the linker keeps of them, because their names may have gone meanwhile.
bool liesIn(void* handle, void* symbol) {
    link_map* own = nullptr;
    void* found = nullptr;
    Dl_info ignored{};
    return dlinfo(handle, RTLD_DI_LINKMAP, &own) == 0 && dladdr1(symbol, &ignored, &found, RTLD_DL_LINKMAP) != 0 &&
           found == own;
}

// What the linker says, of the file that people know.
std::string linkerError(const PluginImage& image) {
    const char* error = dlerror();
    std::string text(error == nullptr ? "no reason given" : error);
    for (size_t at = text.find(image.path()); at != std::string::npos && image.path() != image.file();
         at = text.find(image.path(), at + image.file().size()))
        text.replace(at, image.path().size(), image.file());
    return text;
}

// The linker knows a library by its path, and another image must not get that of one which is still mapped.
void keepOpen(const PluginImage& image) {
    static std::mutex mutex;
    static std::set<PluginImage> mapped;
    const std::scoped_lock lock(mutex);
    mapped.insert(image);
}

} // namespace

PluginLibrary::PluginLibrary(const PluginImage& image, const ph_host* host) : image_(image) {
    inspectPluginFile(image.path());
    void* handle = dlopen(withSlash(image.path()).c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) throw PluginRefused("cannot be loaded: " + linkerError(image));
    keepOpen(image);
    plugin_ = entry(handle)(host);
    if (plugin_ == nullptr) throw PluginRefused("its entry function says that it cannot serve this host");
    requireSound();
    initialise(host);
}

PluginLibrary::~PluginLibrary() {
    if (plugin_->deinit != nullptr) plugin_->deinit();
}

void PluginLibrary::initialise(const ph_host* host) const {
    if (plugin_->init == nullptr) return;
    ErrorBuffer error;
    if (plugin_->init(host, error.get()) == PH_OK) return;
    const auto why = boundedText(error.text(), longestRefusal);
    throw PluginRefused("its init failed: " + (why.empty() ? "it gave no reason" : why));
}

// dlsym() also looks into the libraries that a plugin needs, so the address has to be the plugin's own.
ph_entry_fn PluginLibrary::entry(void* handle) {
    void* symbol = dlsym(handle, PH_ENTRY_SYMBOL);
    if (symbol == nullptr || !liesIn(handle, symbol)) {
        throw PluginRefused("not a probehost plugin: it does not export " PH_ENTRY_SYMBOL);
    }
    return reinterpret_cast<ph_entry_fn>(symbol);
}

void PluginLibrary::requireSound() const {
    if (plugin_->struct_size < pluginSize) throw PluginRefused("its struct_size is smaller than the first release's");
    requireSupported();
    if (!wellNamed(plugin_->name)) throw PluginRefused("its name is not of the form [a-z][a-z0-9-]{0,63}");
    if (plugin_->version == nullptr) throw PluginRefused("its version must be set");
    requireCheckers();
}

// The note said the same before, unless it lied.
void PluginLibrary::requireSupported() const {
    if (plugin_->abi_major == PH_ABI_MAJOR && plugin_->abi_minor_needed <= PH_ABI_MINOR) return;
    throw PluginRefused("its table needs plugin ABI " + std::to_string(plugin_->abi_major) + "." +
                        std::to_string(plugin_->abi_minor_needed) + ", this probehost offers " +
                        std::to_string(PH_ABI_MAJOR) + "." + std::to_string(PH_ABI_MINOR));
}

void PluginLibrary::requireCheckers() const {
    if (plugin_->checkers == nullptr || plugin_->checker_count == 0 || plugin_->checker_count > mostCheckers) {
        throw PluginRefused("it offers no checkers, or more than " + std::to_string(mostCheckers));
    }
    std::set<std::string> names;
    for (uint32_t i = 0; i < plugin_->checker_count; i++) {
        const ph_checker* checker = plugin_->checkers[i];
        if (const auto why = problem(checker); !why.empty()) throw PluginRefused(why);
        if (!names.insert(checker->name).second) {
            throw PluginRefused("it offers the checker \"" + std::string(checker->name) + "\" twice");
        }
    }
}

PluginDescription PluginLibrary::describe() const {
    PluginDescription plugin{file(), plugin_->name, plugin_->version, plugin_->flags, {}};
    for (uint32_t i = 0; i < plugin_->checker_count; i++)
        plugin.checkers.push_back(describeChecker(*plugin_->checkers[i], file()));
    return plugin;
}

const ph_checker* PluginLibrary::find(const std::string& checker) const {
    for (uint32_t i = 0; i < plugin_->checker_count; i++) {
        if (plugin_->checkers[i]->name == checker) return plugin_->checkers[i];
    }
    return nullptr;
}

} // namespace probehost
