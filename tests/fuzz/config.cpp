// Configuration files: settings, or errors that each have a line or are about the file, and one line of text.
#include "checkers.hpp"
#include "config/check_resolver.hpp"
#include "config/settings_loader.hpp"
#include "fuzz_input.hpp"

using namespace probehost;
using fuzz::require;

namespace {

void requireClear(const Diagnostic& diagnostic) {
    const auto& [severity, location, key, message] = diagnostic;
    require(!message.empty(), "a diagnostic says something");
    require(!location.file.empty(), "a diagnostic names its file");
    require(location.line > 0 || key.empty(), "what is about a key has a line");
    require(diagnostic.text().find('\n') == std::string::npos, "a diagnostic is one line");
}

// A glob over the whole system would take long, and read differently each time.
bool looksAround(std::string_view text) {
    return text.find("include") != text.npos && text.find('*') != text.rfind('*');
}

} // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static const auto checkers = test::someCheckers();
    static const auto refused = test::someRefusedPlugins();
    const auto text = fuzz::bytesOf(data, size);
    if (looksAround(text)) return -1;
    const fuzz::MemoryFile file(text);
    Diagnostics diagnostics;
    auto settings = load(file.path(), diagnostics);
    resolve(settings, checkers, refused, diagnostics);
    diagnostics.mask(settings.secrets);
    for (const auto& diagnostic : diagnostics.sorted()) requireClear(diagnostic);
    return 0;
}
