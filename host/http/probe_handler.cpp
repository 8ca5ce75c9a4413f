// Probes with options. Each takes a copy of a report, leaves out what is excluded, and renders what was asked for.
#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/URI.h>

#include <algorithm>

#include "http/answer_writing.hpp"
#include "http/handlers.hpp"
#include "http/handlers_of.hpp"
#include "http/report_forms.hpp"
#include "http/report_json.hpp"

namespace probehost {

namespace {

using Poco::Net::HTTPServerRequest;
using Poco::Net::HTTPServerResponse;

constexpr std::string_view readyPath = "/health/ready";

struct Question {
    Probe probe = Probe::Ready;
    std::string check; // of /health/ready/NAME
    std::set<std::string> excluded;
    bool verbose = false;
    std::string accept;
};

Probe probeOf(const std::string& path, const FrontSettings& settings) {
    if (const auto alias = settings.aliases.find(path); alias != settings.aliases.end()) return alias->second;
    if (path == "/health/started") return Probe::Started;
    return path == "/health" ? Probe::Live : Probe::Ready;
}

Question read(const HTTPServerRequest& request, const FrontSettings& settings) {
    const Poco::URI uri(request.getURI());
    Question question;
    question.probe = probeOf(uri.getPath(), settings);
    if (uri.getPath().starts_with(std::string(readyPath) + "/"))
        question.check = uri.getPath().substr(readyPath.size() + 1);
    for (const auto& [name, value] : uri.getQueryParameters()) {
        if (name == "verbose") question.verbose = true;
        if (name == "exclude") question.excluded.insert(value);
    }
    question.accept = request.get("Accept", "");
    return question;
}

// An excluded check stays visible but decides nothing.
Report without(const Report& report, const std::set<std::string>& excluded) {
    Report part = report;
    std::erase_if(part.checks, [&](const CheckState& check) { return excluded.contains(check.name); });
    return part;
}

Answer answerCheck(const Report& report, const Question& question, bool details) {
    const auto found = std::ranges::find(report.checks, question.check, &CheckState::name);
    if (found == report.checks.end() || !found->probes.has(Probe::Ready)) return {404, renderError("No such check")};
    const int status = found->healthy ? 200 : 503;
    return {status, details ? renderCheck(*found)
                            : std::string(found->healthy ? R"({"healthy":true})" : R"({"healthy":false})")};
}

Answer answerProbe(const Report& full, const Question& question, const std::string& service, bool details) {
    const auto report = without(full, question.excluded);
    const int status = report.verdict(question.probe) == Verdict::Failing ? 503 : 200;
    if (!details) return {status, renderAnswers(report, service, {})[question.probe].terseBody};
    if (question.accept.find("application/health+json") != std::string::npos) {
        return {status, renderIetf(report, question.probe, service), "application/health+json"};
    }
    if (question.accept.find("text/plain") != std::string::npos) {
        const auto text = renderText(full, question.probe, report.verdict(question.probe), question.excluded);
        return {status, text, "text/plain; charset=utf-8"};
    }
    if (question.verbose) return {status, renderVerbose(report, {question.probe, service, question.excluded})};
    return {status, renderProbe(report, question.probe, service)};
}

class ProbeHandler final : public Poco::Net::HTTPRequestHandler {
  public:
    explicit ProbeHandler(HealthSource& source) : source_(source) {}

    void handleRequest(HTTPServerRequest& request, HTTPServerResponse& response) override {
        const auto settings = source_.frontSettings();
        const auto question = read(request, settings);
        const auto report = source_.report();
        const bool details = !settings.terse || settings.showsDetails(request.get("Authorization", ""));
        send(response, question.check.empty() ? answerProbe(*report, question, source_.service(), details)
                                              : answerCheck(*report, question, details));
    }

  private:
    HealthSource& source_;
};

} // namespace

Poco::Net::HTTPRequestHandlerFactory::Ptr probeHandlers(HealthSource& source) {
    return new HandlersOf<ProbeHandler>(source);
}

} // namespace probehost
