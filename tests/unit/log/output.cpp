// Reads with a deadline.
#include "output.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <sstream>
#include <utility>

namespace probehost::test {

Output::Output() {
    std::array<int, 2> ends{};
    REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0);
    reader_ = ends[0];
    writer_ = ends[1];
}

Output::~Output() {
    closeReader();
    close(writer_);
}

void Output::closeReader() {
    if (reader_ >= 0) close(std::exchange(reader_, -1));
}

size_t Output::shrink() { return static_cast<size_t>(fcntl(writer_, F_SETPIPE_SZ, 1)); }

std::string Output::readUntil(const std::string& end) {
    const auto ended = [&](const std::string& text) {
        return text.size() > end.size() && text.compare(text.size() - end.size() - 1, end.size(), end) == 0;
    };
    std::string text;
    pollfd wait = {reader_, POLLIN, 0};
    while (!ended(text) && poll(&wait, 1, static_cast<int>(std::chrono::milliseconds(patience).count())) > 0) {
        std::array<char, 4096> bytes{};
        const ssize_t count = read(reader_, bytes.data(), bytes.size());
        if (count <= 0) break;
        text.append(bytes.data(), static_cast<size_t>(count));
    }
    return text;
}

std::vector<std::string> lines(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

} // namespace probehost::test
