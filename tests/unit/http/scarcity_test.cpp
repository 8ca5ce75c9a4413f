// Out of file descriptors: liveness still answers, and what was taken is given back.
#include <fcntl.h>
#include <sys/resource.h>
#include <algorithm>
#include <catch2/catch.hpp>
#include <iterator>

#include "test_front.hpp"

using namespace probehost;
using namespace probehost::test;

namespace {

// Lowers the limit of descriptors so that only this many more fit, and restores it.
class FewDescriptors {
  public:
    explicit FewDescriptors(rlim_t more) {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        const FileDescriptor free(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        rlimit fewer = before_;
        fewer.rlim_cur = static_cast<rlim_t>(free.get()) + more;
        ::setrlimit(RLIMIT_NOFILE, &fewer);
    }
    ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

  private:
    rlimit before_{};
};

} // namespace

TEST_CASE("scarcity: with no descriptors left, silent clients make room for probes", "[http]") {
    TestFront front([](FrontOptions& options) { options.limits.silence = std::chrono::seconds{0}; });
    std::vector<Client> silent(200);
    std::vector<Client> probes(50);
    std::ptrdiff_t answered = 0;
    {
        const FewDescriptors few(20); // too few for a sanitizer's checks of Catch's macros
        for (Client& client : silent) client.connect(front.port());
        answered = std::ranges::count_if(probes, [&](Client& client) {
            client.connect(front.port());
            return client.get("/health", "Connection: close\r\n").status == 200;
        });
    }
    CHECK(answered == std::ssize(probes));
    CHECK(front.count(Count::OutOfDescriptors) > 0);
    CHECK(front.count(Count::Evicted) > 0);
    CHECK(front.get("/health").status == 200);
}

TEST_CASE("scarcity: with not even one to spare, the reserve answers", "[http]") {
    TestFront front;
    std::vector<Client> probes(20);
    std::ptrdiff_t answered = 0;
    {
        const FewDescriptors none(0);
        answered = std::ranges::count_if(probes, [&](Client& client) {
            client.connect(front.port());
            return client.get("/health", "Connection: close\r\n").status == 200;
        });
    }
    CHECK(answered == std::ssize(probes));
    CHECK(front.count(Count::OutOfDescriptors) >= 1);
    CHECK(front.count(Count::Evicted) == 0);
}

TEST_CASE("scarcity: a limit lowered below what is open is lived with", "[http]") {
    TestFront front;
    std::vector<Client> probes(50);
    std::vector<Client> silent(300);
    for (Client& client : silent) client.connect(front.port());
    REQUIRE(front.reaches(Count::Open, 300));
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    rlimit lower = before;
    lower.rlim_cur = static_cast<rlim_t>(silent.back().fd()) + 10;
    ::setrlimit(RLIMIT_NOFILE, &lower);
    for (Client& client : probes) {
        client.connect(front.port());
        CHECK(client.get("/health", "Connection: close\r\n").status == 200);
    }
    ::setrlimit(RLIMIT_NOFILE, &before);
}
