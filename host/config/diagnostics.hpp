// Collects what is wrong with a configuration, so that its author sees all of it at once.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "log/redactor.hpp"

namespace probehost {

// A line of a file; line 0 means the file as a whole.
struct Location {
    std::string file;
    int line = 0;
};

struct Diagnostic {
    enum class Severity { Error, Warning };

    Severity severity = Severity::Error;
    Location location;
    std::string key; // path such as "checks.database.timeout", or ""
    std::string message;

    // FILE:LINE: KEY.PATH: message
    std::string text() const;
};

// Messages never hold a value under "with", nor, once the secrets are known, one that came from an expansion.
class Diagnostics {
  public:
    void error(Location location, std::string key, std::string message);
    void warning(Location location, std::string key, std::string message);
    // In all that was and will be said.
    void mask(const std::vector<std::string>& secrets) { redactor_ = Redactor(secrets); }

    bool hasErrors() const;
    // By file and line, with the number of the others; masked. "" without errors.
    std::string firstError() const;
    // For this key or one below it.
    bool hasErrorsAt(const std::string& key) const;
    // Masked, and each on one line; by file and line; those of one line in the order they were found.
    std::vector<Diagnostic> sorted() const;

  private:
    void add(Diagnostic diagnostic);

    Redactor redactor_;
    std::vector<Diagnostic> found_;
    std::set<std::string> texts_; // so that nothing is said twice, but for keys that are cut and may be several
};

} // namespace probehost
