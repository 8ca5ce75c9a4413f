// Widths are counted in characters, not bytes.
#include "cli/terminal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iostream>

#include "cli/commands.hpp"

namespace probehost::cli {

namespace {

bool colours() {
    const char* off = std::getenv("NO_COLOR");
    static const bool wanted = isatty(STDOUT_FILENO) == 1 && (off == nullptr || *off == '\0');
    return wanted;
}

size_t width(std::string_view text) {
    return static_cast<size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

bool readerIsGone() {
    pollfd output{STDOUT_FILENO, 0, 0};
    return poll(&output, 1, 0) == 1 && (output.revents & POLLERR) != 0;
}

} // namespace

void openMissingStreams() {
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd) _exit(InternalError); // the lowest free number
    }
}

int written(int status, int failed) {
    errno = 0;
    std::cout << std::flush;
    const int why = errno;
    if (std::cout) return status;
    if (!readerIsGone()) {
        const std::string reason = why == 0 ? "" : std::string(": ") + std::strerror(why);
        std::cerr << "probehost: standard output could not be written" << reason << '\n';
    }
    return failed;
}

std::string coloured(std::string_view text, Colour colour) {
    static constexpr std::array codes = {"", "\033[32m", "\033[33m", "\033[31m", "\033[2m", "\033[1m"};
    if (colour == Colour::None || text.empty() || !colours()) return std::string(text);
    return codes[static_cast<size_t>(colour)] + std::string(text) + "\033[0m";
}

std::string printable(std::string_view text) {
    std::string safe(text);
    std::ranges::replace_if(
        safe, [](unsigned char c) { return c < ' ' || c == 0x7f; }, '?');
    return safe;
}

Table::Table(std::vector<std::string> headings) {
    Row row;
    for (auto& heading : headings) row.cells.push_back({std::move(heading), Colour::Dim});
    rows_.push_back(std::move(row));
}

void Table::add(std::vector<Cell> row) { rows_.push_back({std::move(row), {}}); }

void Table::note(std::string text) { rows_.push_back({{}, std::move(text)}); }

std::string Table::text() const {
    std::vector<size_t> widths;
    for (const auto& row : rows_) {
        widths.resize(std::max(widths.size(), row.cells.size()));
        for (size_t i = 0; i < row.cells.size(); i++) widths[i] = std::max(widths[i], width(row.cells[i].text));
    }
    std::string out;
    for (const auto& row : rows_) {
        std::string line = row.note;
        for (size_t i = 0; i < row.cells.size(); i++) {
            const auto& cell = row.cells[i];
            const bool last = i + 1 == row.cells.size();
            line += coloured(cell.text, cell.colour);
            if (!last) line += std::string(widths[i] - width(cell.text) + 2, ' ');
        }
        line.erase(line.find_last_not_of(' ') + 1);
        out += line + '\n';
    }
    return out;
}

} // namespace probehost::cli
