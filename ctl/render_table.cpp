#include "ctl/render_table.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sup::ctl {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kLastColumnMin = 12;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

void append_visible(std::string& out, char c) {
  if (is_control(c))
    out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  else
    out += c;
}

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// The first `columns` columns of the text.
std::string_view head(std::string_view text, std::size_t columns) {
  std::size_t i = 0;
  for (; i < text.size(); ++i)
    if (!continues_character(text[i]) && columns-- == 0) break;
  return text.substr(0, i);
}

std::string shortened(std::string text, std::size_t columns) {
  if (display_width(text) <= columns) return text;
  return std::string(head(text, columns - 3)) + "...";
}

// The length of a colour sequence (ESC [ digits ; ... m) at the front; 0 if there is none.
std::size_t color_length(std::string_view text) {
  if (!text.starts_with("\x1b[")) return 0;
  const std::size_t end = text.find_first_not_of("0123456789;", 2);
  return end != std::string_view::npos && text[end] == 'm' ? end + 1 : 0;
}

class Table {
 public:
  Table(std::span<const std::string_view> titles, std::span<const TableRow> rows) {
    if (!titles.empty()) {
      TableRow row;
      for (const std::string_view title : titles) row.push_back({std::string(title), Style::title});
      rows_.push_back(std::move(row));
    }
    for (const TableRow& row : rows) {
      rows_.push_back(row);
      for (Cell& cell : rows_.back()) cell.text = visible(cell.text);
    }
    for (const TableRow& row : rows_) {
      widths_.resize(std::max(widths_.size(), row.size()));
      for (std::size_t i = 0; i < row.size(); ++i) widths_[i] = std::max(widths_[i], display_width(row[i].text));
    }
  }

  // Makes the last column fit into lines of `width`.
  void fit(std::size_t width) {
    if (widths_.empty()) return;
    std::size_t used = 0;
    for (std::size_t i = 0; i + 1 < widths_.size(); ++i) used += widths_[i] + kGap;
    const std::size_t room = std::max(width > used ? width - used : 0, kLastColumnMin);
    for (TableRow& row : rows_)
      if (row.size() == widths_.size()) row.back().text = shortened(std::move(row.back().text), room);
  }

  [[nodiscard]] std::string text(Paint paint) const {
    std::string out;
    for (const TableRow& row : rows_) append_line(out, row, paint);
    return out;
  }

 private:
  // Blanks are owed until something follows them, so that no line ends with them.
  void append_line(std::string& out, const TableRow& row, Paint paint) const {
    std::size_t owed = 0;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (!row[i].text.empty()) {
        out.append(owed, ' ').append(styled(row[i].text, row[i].style, paint));
        owed = 0;
      }
      owed += widths_[i] - std::min(widths_[i], display_width(row[i].text)) + kGap;
    }
    out += '\n';
  }

  std::vector<TableRow> rows_;
  std::vector<std::size_t> widths_;
};

}  // namespace

std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return !continues_character(c); }));
}

std::string render_table(std::span<const std::string_view> titles, std::span<const TableRow> rows,
                         std::optional<unsigned> width, Paint paint) {
  Table table(titles, rows);
  if (width) table.fit(*width);
  return table.text(paint);
}

std::string visible(std::string_view text) {
  std::string out;
  for (const char c : text) append_visible(out, c);
  return out;
}

std::string terminal_safe(std::string_view line) {
  std::string out;
  bool is_colored = false;
  while (!line.empty()) {
    const std::size_t color = color_length(line);
    is_colored = is_colored || color > 0;
    if (color > 0)
      out += line.substr(0, color);
    else if (line.front() == '\t')
      out += '\t';
    else
      append_visible(out, line.front());
    line.remove_prefix(std::max<std::size_t>(color, 1));
  }
  if (is_colored) out += "\x1b[0m";
  return out;
}

}  // namespace sup::ctl
