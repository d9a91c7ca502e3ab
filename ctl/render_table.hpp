// Tables of text.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/output.hpp"

namespace sup::ctl {

struct Cell {
  std::string text;
  Style style = Style::plain;
};
using TableRow = std::vector<Cell>;

// Columns as wide as their widest cell, two blanks between them, no blanks at line ends. If `width` is given, the last
// column is cut ("...") so that no line is longer, but keeps at least 12 columns. Control characters are shown as \xNN.
// All rows have as many cells as `titles`; without titles there is no title row.
[[nodiscard]] std::string render_table(std::span<const std::string_view> titles, std::span<const TableRow> rows,
                                       std::optional<unsigned> width, Paint paint);

// How many columns valid UTF-8 takes, if every character takes one.
[[nodiscard]] std::size_t display_width(std::string_view text);

// Text from somewhere else as it is safe for a terminal: control characters become \xNN.
[[nodiscard]] std::string visible(std::string_view text);

// One line of a service as it is safe for a terminal: tabs and colours (ESC [ ... m) pass, and colours end with the
// line; other control characters become \xNN.
[[nodiscard]] std::string terminal_safe(std::string_view line);

}  // namespace sup::ctl
