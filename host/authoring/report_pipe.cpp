// A plugin runs in the process that writes these, so whoever reads them trusts none.
#include "authoring/report_pipe.hpp"

#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <unistd.h>

#include <cerrno>
#include <sstream>

namespace probehost::authoring {

namespace {

constexpr size_t longestReport = 64 * 1024;

std::string lineOf(const Poco::JSON::Object& object) {
    std::ostringstream out;
    object.stringify(out);
    return out.str() + '\n';
}

} // namespace

std::string doingLine(const std::string& what) {
    Poco::JSON::Object object;
    object.set("doing", what);
    return lineOf(object);
}

std::string findingLine(const Finding& finding) {
    Poco::JSON::Object object;
    object.set("outcome", static_cast<int>(finding.outcome));
    object.set("reason", finding.reason);
    object.set("fix", finding.fix);
    return lineOf(object);
}

bool writeWhole(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto count = write(fd, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        bytes.remove_prefix(static_cast<size_t>(count));
    }
    return true;
}

void ReportReader::take(std::string_view bytes) {
    for (const char c : bytes) {
        if (c != '\n') {
            if (rest_.size() < longestReport) rest_ += c;
        } else {
            understand(std::exchange(rest_, ""));
        }
    }
}

void ReportReader::understand(const std::string& line) {
    try {
        const auto object = Poco::JSON::Parser().parse(line).extract<Poco::JSON::Object::Ptr>();
        if (object->has("doing")) doing_ = object->getValue<std::string>("doing");
        if (!object->has("outcome")) return;
        const int outcome = object->getValue<int>("outcome");
        if (outcome < 0 || outcome > static_cast<int>(Outcome::Skip)) return;
        finding_ = Finding{static_cast<Outcome>(outcome), object->getValue<std::string>("reason"),
                           object->getValue<std::string>("fix")};
    } catch (const Poco::Exception&) { // not one of ours
    }
}

} // namespace probehost::authoring
