// The thread hands its result over with an eventfd.
#include "server/reloading.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace probehost {

Reloading::Reloading(std::string configFile, PluginEnvironment& environment)
    : configFile_(std::move(configFile)), environment_(environment), done_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (done_ < 0) throw std::system_error(errno, std::generic_category(), "reloads cannot be noticed");
}

Reloading::~Reloading() {
    if (thread_.joinable()) thread_.join();
    close(done_);
}

void Reloading::begin() {
    again_ = !idle();
    if (again_) return;
    try {
        thread_ = std::thread([this] { read(); });
    } catch (const std::system_error& failure) {
        give(impossible(failure));
    }
}

void Reloading::read() {
    try {
        Result result;
        result.assembly = assemble(configFile_, environment_, result.diagnostics);
        give(std::move(result));
    } catch (const std::exception& failure) {
        give(impossible(failure));
    }
}

Reloading::Result Reloading::impossible(const std::exception& failure) const {
    Result result;
    result.diagnostics.error({configFile_, 0}, "", std::string("cannot be read anew just now: ") + failure.what());
    return result;
}

void Reloading::give(Result result) {
    result_ = std::move(result);
    eventfd_write(done_, 1);
}

std::optional<Reloading::Result> Reloading::result() {
    eventfd_t count = 0;
    if (eventfd_read(done_, &count) != 0) return std::nullopt;
    if (thread_.joinable()) thread_.join();
    auto result = std::exchange(result_, std::nullopt);
    if (again_) begin();
    return result;
}

} // namespace probehost
