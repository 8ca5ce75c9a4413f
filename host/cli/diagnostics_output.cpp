// One line each, sorted by place.
#include "cli/diagnostics_output.hpp"

#include <iostream>

#include "cli/terminal.hpp"

namespace probehost::cli {

bool printErrors(const Diagnostics& diagnostics) {
    size_t errors = 0;
    for (const auto& diagnostic : diagnostics.sorted()) {
        const bool error = diagnostic.severity == Diagnostic::Severity::Error;
        errors += error ? 1 : 0;
        std::cerr << (error ? "error: " : "warning: ") << printable(diagnostic.text()) << '\n';
    }
    if (errors > 0) std::cerr << errors << (errors == 1 ? " error\n" : " errors\n");
    return errors > 0;
}

} // namespace probehost::cli
