// The handlers here are plain Poco ones, as the host's are.
#include "test_front.hpp"

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/StreamCopier.h>

#include <filesystem>
#include <thread>

namespace probehost::test {
namespace {

using Poco::Net::HTTPServerRequest;
using Poco::Net::HTTPServerResponse;
using Work = std::function<void(HTTPServerRequest&, HTTPServerResponse&)>;

class Handler : public Poco::Net::HTTPRequestHandler {
  public:
    explicit Handler(Work work) : work_(std::move(work)) {}
    void handleRequest(HTTPServerRequest& request, HTTPServerResponse& response) override { work_(request, response); }

  private:
    const Work work_;
};

void say(HTTPServerResponse& response, const std::string& text) {
    response.setContentLength(static_cast<std::streamsize>(text.size()));
    response.send() << text;
}

void echo(const std::string& name, HTTPServerRequest& request, HTTPServerResponse& response) {
    std::string body;
    Poco::StreamCopier::copyToString(request.stream(), body);
    say(response, name + " " + request.getMethod() + " " + request.getURI() + " " + body);
}

} // namespace

Poco::Net::HTTPRequestHandler* Handlers::createRequestHandler(const HTTPServerRequest& request) {
    const std::string path = request.getURI().substr(0, request.getURI().find('?'));
    if (path == "/none") return nullptr;
    if (path == "/throw") return new Handler([](auto&, auto&) { throw std::runtime_error("secret text"); });
    if (path == "/half")
        return new Handler([](auto&, auto& response) {
            response.setContentLength(100);
            response.send() << "half of it";
            throw std::runtime_error("secret text");
        });
    if (path == "/unread") return new Handler([](auto&, auto& response) { say(response, "unread"); });
    if (path == "/silent") return new Handler([](auto&, auto&) {});
    if (path == "/big") return new Handler([](auto&, auto& response) { say(response, std::string(4U << 20U, 'x')); });
    if (path == "/hang")
        return new Handler([this](auto&, auto& response) {
            ++hanging_;
            wait_.wait();
            --hanging_;
            say(response, "released");
        });
    return new Handler([this](auto& asked, auto& response) { echo(name_, asked, response); });
}

ProbeAnswers passingAnswers() {
    ProbeAnswers answers = ProbeAnswers::beforeFirstResults();
    answers[Probe::Ready] = {true, R"({"status":"ready","checks":{"database":{"healthy":true,"latency_ms":3.2}}})",
                             R"({"status":"ready"})"};
    answers[Probe::Started] = {true, R"({"status":"started"})", R"({"status":"started"})"};
    return answers;
}

ProbeAnswers failingAnswers() {
    ProbeAnswers answers = ProbeAnswers::beforeFirstResults();
    answers[Probe::Ready].body = R"({"status":"not_ready","checks":{"database":{"healthy":false,"error":"x"}}})";
    return answers;
}

ProbeAnswers answersFreshUntil(Clock::time_point moment) {
    ProbeAnswers answers = passingAnswers();
    answers[Probe::Ready].freshUntil = moment;
    return answers;
}

TestFront::TestFront(const Adjust& adjust, const ProbeAnswers& answers) : beat_(INT64_MAX / 2) {
    FrontOptions options;
    options.listen = {{"127.0.0.1:0"}};
    options.handlers = handlers_;
    options.routed = [](std::string_view path) { return path != "/nowhere" && path.substr(0, 7) != "/health"; };
    options.refresh = [this](Probe) { ++refreshes_; };
    if (adjust) adjust(options);
    front_ = std::make_unique<Front>(std::move(options), beat_);
    front_->publish(answers);
    front_->start();
}

TestFront::~TestFront() {
    if (handlers_->hanging() > 0) handlers_->release();
}

bool TestFront::reaches(Count counted, uint64_t value) const {
    return eventually([this, counted, value] { return count(counted) >= value; });
}

TemporaryPath::TemporaryPath() {
    std::string pattern = (std::filesystem::temp_directory_path() / "probehost-http-XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
}

TemporaryPath::~TemporaryPath() { std::filesystem::remove_all(directory_); }

bool eventually(const std::function<bool()>& condition) {
    const auto deadline = Clock::now() + patience;
    while (!condition()) {
        if (Clock::now() > deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
}

} // namespace probehost::test
