// The admin socket: its own handlers for every path, for root and our own user, in a file nobody else can open.
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <fstream>

#include "test_front.hpp"

using namespace probehost;
using namespace probehost::test;

namespace {

TestFront::Adjust withAdmin(const std::string& path) {
    return [path](FrontOptions& options) { options.admin = AdminOptions{path, new Handlers("admin")}; };
}

} // namespace

TEST_CASE("admin: every request on the socket goes to the admin handlers", "[http]") {
    const TemporaryPath where;
    const TestFront front(withAdmin(where.path()));
    const std::string target = GENERATE("/admin/status", "/health", "/health/ready", "/anything?x=y");
    CHECK(Client::toUnix(where.path()).get(target).body == "admin GET " + target + " ");
    CHECK(front.get("/echo").body == "open GET /echo ");
}

TEST_CASE("admin: the same strictness holds there", "[http]") {
    const TemporaryPath where;
    const TestFront front(withAdmin(where.path()));
    CHECK(Client::toUnix(where.path()).ask("GET / HTTP/1.1\r\n\r\n").status == 400);
    CHECK(Client::toUnix(where.path()).ask("PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi").body ==
          "admin PUT /x hi");
}

TEST_CASE("admin: hung open handlers leave it working", "[http]") {
    const TemporaryPath where;
    TestFront front([&](FrontOptions& options) {
        withAdmin(where.path())(options);
        options.limits.handlerThreads = 1;
    });
    Client stuck = front.client();
    stuck.send(request("/hang"));
    REQUIRE(eventually([&] { return front.handlers().hanging() == 1; }));
    CHECK(Client::toUnix(where.path()).get("/status").status == 200);
}

TEST_CASE("admin: the file is for its owner only, and goes with the front", "[http]") {
    const TemporaryPath where;
    struct stat file {};
    {
        const TestFront front(withAdmin(where.path()));
        REQUIRE(::stat(where.path().c_str(), &file) == 0);
        CHECK((file.st_mode & 07777U) == 0600);
        CHECK(S_ISSOCK(file.st_mode));
    }
    CHECK(::stat(where.path().c_str(), &file) != 0);
}

TEST_CASE("admin: a dead process's socket is replaced, a live one's is not", "[http]") {
    const TemporaryPath where;
    const pid_t child = ::fork();
    if (child == 0) {
        const Listener dying = Listener::unixSocket(where.path(), 1);
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    struct stat file {};
    REQUIRE(::stat(where.path().c_str(), &file) == 0);

    const TestFront front(withAdmin(where.path()));
    CHECK(Client::toUnix(where.path()).get("/status").status == 200);
    CHECK_THROWS_WITH(Listener::unixSocket(where.path(), 1),
                      "cannot listen on unix:" + where.path() + ": another process listens there");
    CHECK(Client::toUnix(where.path()).get("/status").status == 200);
}

TEST_CASE("admin: a file that is no socket is left alone", "[http]") {
    const TemporaryPath where;
    std::ofstream(where.path()) << "precious";
    CHECK_THROWS_WITH(Listener::unixSocket(where.path(), 1),
                      "cannot listen on unix:" + where.path() + ": a file that is no socket is there");
    std::string content;
    std::ifstream(where.path()) >> content;
    CHECK(content == "precious");
}

TEST_CASE("admin: another user is turned away", "[http]") {
    if (::geteuid() != 0) return; // only root can become someone else
    const TemporaryPath where;
    TestFront front(withAdmin(where.path()));
    REQUIRE(::chmod(where.path().c_str(), 0666) == 0);
    REQUIRE(::chmod(where.directory().c_str(), 0755) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        if (::setuid(65534) != 0) ::_exit(2);
        Client stranger = Client::toUnix(where.path());
        ::_exit(stranger.get("/status").status == 0 ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK(WEXITSTATUS(status) == 0);
    CHECK(front.count(Count::ForeignPeers) == 1);
}
