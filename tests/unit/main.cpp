// The main function of all unit tests.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#include <csignal>

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN); // an output that is gone is an error of write(), as it is in the host
    return Catch::Session().run(argc, argv);
}
