#include "config/diagnostic.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "base/text.hpp"

namespace sup {
namespace {

// One character of a source line as it is shown: itself, or a mark in its place.
std::vector<std::string_view> cells_of(std::string_view line) {
  std::vector<std::string_view> cells;
  while (!line.empty()) {
    const std::size_t length = utf8_sequence(line);
    const std::string_view cell = line.substr(0, std::max<std::size_t>(length, 1));
    const bool is_shown = cell == "\t" || cell == "\"" || cell == "'" || cell == "\\" || printable(cell) == cell;
    cells.push_back(is_shown ? cell : "\xEF\xBF\xBD");
    line.remove_prefix(cell.size());
  }
  return cells;
}

// Control characters must not reach a terminal; quotes may, unlike in printable().
std::string one_line(std::string_view text) {
  std::string out;
  for (const std::string_view cell : cells_of(text)) out += cell == "\t" ? " " : cell;
  return out;
}

std::string_view line_of(std::string_view text, std::uint32_t number) {
  for (std::uint32_t line = 1; line < number; ++line) {
    const std::size_t end = text.find('\n');
    if (end == text.npos) return {};
    text.remove_prefix(end + 1);
  }
  std::string_view line = text.substr(0, text.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string painted(std::string_view text, std::string_view escape, Colors colors) {
  return colors == Colors::on ? fmt::format("\033[{}m{}\033[0m", escape, text) : std::string(text);
}

std::string_view color_of(Severity severity) {
  switch (severity) {
    case Severity::error: return "1;31";
    case Severity::warning: return "1;35";
  }
  check_failed("every severity has a colour");
}

// The line with its number, and the caret line under it. Of a long line only the part around the place is shown.
std::string excerpt(std::string_view line, const Diagnostic& diagnostic, Colors colors) {
  constexpr std::size_t kBefore = 80, kShown = 160;
  const std::vector<std::string_view> cells = cells_of(line);
  const std::size_t caret = std::min<std::size_t>(std::max(diagnostic.span.column, 1U) - 1, cells.size());
  const std::size_t from = caret > kBefore && cells.size() > kShown ? caret - kBefore : 0;
  const std::size_t to = std::min(cells.size(), from + kShown);
  std::string text = from > 0 ? "..." : "", padding = from > 0 ? "   " : "";
  for (std::size_t i = from; i < to; ++i) {
    text += cells[i];
    if (i < caret) padding += cells[i] == "\t" ? '\t' : ' ';
  }
  if (to < cells.size()) text += "...";
  const std::size_t room = to > caret ? to - caret : 1;
  const std::size_t tail = std::clamp<std::size_t>(diagnostic.span.length, 1, room) - 1;
  const std::string mark = painted("^" + std::string(tail, '~'), color_of(diagnostic.severity), colors);
  return fmt::format("{:5} | {}\n      | {}{}\n", diagnostic.span.line, text, padding, mark);
}

}  // namespace

std::string render_headline(const Diagnostic& diagnostic, Colors colors) {
  std::string place = one_line(diagnostic.file);
  if (diagnostic.span.line != 0)
    place += fmt::format(":{}:{}", diagnostic.span.line, std::max(diagnostic.span.column, 1U));
  std::string out = fmt::format("{}: {}: {}", painted(place, "1", colors),
                                painted(enum_name(diagnostic.severity), color_of(diagnostic.severity), colors),
                                one_line(diagnostic.message));
  if (!diagnostic.hint.empty()) out += "; " + one_line(diagnostic.hint);
  return out;
}

std::string render(const Diagnostic& diagnostic, const SourceTexts& sources, Colors colors) {
  std::string out = render_headline(diagnostic, colors) + "\n";
  const auto source = sources.find(diagnostic.file);
  if (diagnostic.span.line == 0 || source == sources.end()) return out;
  return out + excerpt(line_of(source->second, diagnostic.span.line), diagnostic, colors);
}

void Report::error(std::string_view file, Span span, std::string message, std::string hint) {
  has_errors_ = true;
  add({std::string(file), span, Severity::error, std::move(message), std::move(hint)});
}

void Report::warning(std::string_view file, Span span, std::string message, std::string hint) {
  add({std::string(file), span, Severity::warning, std::move(message), std::move(hint)});
}

void Report::add(Diagnostic diagnostic) {
  if (found_.size() < kMaxDiagnostics)
    found_.push_back(std::move(diagnostic));
  else
    ++left_out_;
}

std::vector<Diagnostic> Report::take() {
  std::sort(found_.begin(), found_.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.file, a.span.line, a.span.column, a.message) <
           std::tie(b.file, b.span.line, b.span.column, b.message);
  });
  const auto is_same = [](const Diagnostic& a, const Diagnostic& b) {
    return a.file == b.file && a.span == b.span && a.message == b.message && a.severity == b.severity;
  };
  found_.erase(std::unique(found_.begin(), found_.end(), is_same), found_.end());
  if (left_out_ > 0) {
    const std::string message = fmt::format("{} more problems are not shown", left_out_);
    found_.push_back({found_.back().file, {}, has_errors_ ? Severity::error : Severity::warning, message, {}});
  }
  left_out_ = 0;
  has_errors_ = false;
  return std::exchange(found_, {});
}

}  // namespace sup
