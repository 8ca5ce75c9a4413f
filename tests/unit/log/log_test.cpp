// Each write is one line, whatever is in it.
#include "log/log.hpp"

#include <catch2/catch.hpp>
#include <thread>

#include "output.hpp"

namespace probehost::test {

namespace {

std::string written(Level level, std::string_view text) {
    Output output;
    Log log(output.fd());
    log.write(level, text);
    log.write(Level::Info, "end");
    const auto all = output.readUntil("end");
    return all.substr(0, all.size() - std::string("end\n").size());
}

} // namespace

TEST_CASE("log: the level stands before the text, and information needs none", "[log]") {
    CHECK(written(Level::Debug, "a text") == "debug: a text\n");
    CHECK(written(Level::Info, "a text") == "a text\n");
    CHECK(written(Level::Warning, "a text") == "warning: a text\n");
    CHECK(written(Level::Error, "a text") == "error: a text\n");
}

TEST_CASE("log: a text is one line, and nothing in it moves a cursor", "[log]") {
    auto [text, line] = GENERATE(table<std::string, std::string>({
        {"two\nlines", "two lines\n"},
        {"ends\n", "ends \n"},
        {"a\r\nb\tc", "a  b c\n"},
        {"\x1b[31mred\x1b[0m", " [31mred [0m\n"},
        {"bell\a back\b delete\x7f", "bell  back  delete \n"},
        {std::string("zero\0byte", 9), "zero byte\n"},
        {"gr\xC3\xBC\xC3\x9F", "gr\xC3\xBC\xC3\x9F\n"},
        {"", "\n"},
    }));
    CHECK(written(Level::Info, text) == line);
}

TEST_CASE("log: a line is cut at 4 KiB", "[log]") {
    CHECK(written(Level::Info, std::string(4096, 'x')).size() == 4097);
    CHECK(written(Level::Info, std::string(8'000'000, 'x')) == std::string(4096, 'x') + "\n");
}

TEST_CASE("log: lines of many threads do not mix, and those of one keep their order", "[log]") {
    Output output;
    Log log(output.fd());
    std::vector<std::thread> writers;
    for (char name = 'a'; name < 'e'; name++) {
        writers.emplace_back([&log, name] {
            for (int i = 0; i < 200; i++) log.write(Level::Info, name + std::to_string(i));
        });
    }
    for (auto& writer : writers) writer.join();
    log.write(Level::Info, "end");
    const auto all = lines(output.readUntil("end"));
    CHECK(all.size() == 801);
    for (char name = 'a'; name < 'e'; name++) {
        int next = 0;
        for (const auto& line : all) {
            if (line == name + std::to_string(next)) next++;
        }
        CHECK(next == 200);
    }
}

TEST_CASE("log: what was written before the end is there after it", "[log]") {
    Output output;
    {
        Log log(output.fd());
        for (int i = 0; i < 100; i++) log.write(Level::Info, "line " + std::to_string(i));
    }
    CHECK(lines(output.readUntil("line 99")).size() == 100);
}

TEST_CASE("log: flush returns when all is written", "[log]") {
    Output output;
    Log log(output.fd());
    log.write(Level::Info, "a text");
    log.flush(patience);
    CHECK(output.readUntil("a text") == "a text\n");
    log.flush(patience);
}

} // namespace probehost::test
