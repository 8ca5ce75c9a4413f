// Text for people on a terminal, and plain text for everyone else.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace probehost::cli {

// Gives a process that was started without them its three standard streams, before any other file gets their numbers.
void openMissingStreams();

// `status`, or `failed` when standard output could not take all of it: said on standard error, unless the reader has
// gone, who then does not want to know.
int written(int status, int failed);

enum class Colour { None, Green, Yellow, Red, Dim, Bold };

// Colours a text when standard output is a terminal and NO_COLOR is not set.
std::string coloured(std::string_view text, Colour colour);

// A text with control characters made visible, so that nothing printed can move a terminal's cursor.
std::string printable(std::string_view text);

struct Cell {
    std::string text;
    Colour colour = Colour::None;
};

// Columns as wide as their widest cell, headings first; on a pipe the same without colour.
class Table {
  public:
    explicit Table(std::vector<std::string> headings);
    void add(std::vector<Cell> row);
    void note(std::string text); // a line of its own below the last row
    std::string text() const;

  private:
    struct Row {
        std::vector<Cell> cells;
        std::string note;
    };
    std::vector<Row> rows_;
};

} // namespace probehost::cli
