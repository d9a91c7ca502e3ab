#include "ctl/top_screen.hpp"

#include <curses.h>
#include <fmt/format.h>
#include <langinfo.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <clocale>
#include <cstdlib>
#include <cwchar>

#include "base/text.hpp"
#include "ctl/context.hpp"
#include "ctl/render_status.hpp"
#include "ctl/render_table.hpp"
#include "ctl/terminfo.hpp"
#include "sys/env.hpp"
#include "sys/terminal.hpp"

namespace sup::ctl {
namespace {

constexpr std::size_t kFixedRows = 3;  // How everything is, the titles, what is asked.
constexpr std::size_t kLeastForLogs = 12;
constexpr int kEscapeMs = 25;
constexpr int kEscape = 27;
constexpr int kDelete = 127;
constexpr std::string_view kHint = "s start  t stop  r restart  i signal  / filter  o order  l log  ? keys  q leave";

// What fits into so many columns of the terminal, and no control character.
std::string clipped(std::string_view text, std::size_t columns) {
  std::string out;
  std::mbstate_t state{};
  while (!text.empty() && columns > 0) {
    wchar_t wide = 0;
    const std::size_t length = std::mbrtowc(&wide, text.data(), text.size(), &state);
    if (length == 0 || length > text.size()) {
      state = {};
      out += '?';
      text.remove_prefix(1);
      --columns;
      continue;
    }
    const int width = ::wcwidth(wide);
    if (width > static_cast<int>(columns)) break;
    if (width >= 0) out.append(text.substr(0, length));
    columns -= static_cast<std::size_t>(std::max(width, 0));
    text.remove_prefix(length);
  }
  return out;
}

// A line of a service without colours; other control characters are shown.
std::string plain(std::string_view line) {
  std::string out;
  while (!line.empty()) {
    if (line.starts_with("\x1b[")) {
      const std::size_t end = line.find_first_not_of("0123456789;:", 2);
      if (end != line.npos && line[end] == 'm') {
        line.remove_prefix(end + 1);
        continue;
      }
    }
    out += line.front() == '\t' ? ' ' : line.front();
    line.remove_prefix(1);
  }
  return visible(out);
}

struct Column {
  std::string_view title;
  int width;  // Negative: to the left.
};
constexpr std::array kColumns = {Column{"STATE", -9}, Column{"CPU%", 5}, Column{"MEMORY", 8}, Column{"FDS", 5},
                                 Column{"RST", 4},    Column{"PID", 7},  Column{"SINCE", 12}, Column{"HEALTH", -9}};

std::string padded(std::string_view text, int width) {
  const std::size_t columns = static_cast<std::size_t>(std::abs(width));
  std::string cut(text.substr(0, columns));
  cut.insert(width < 0 ? cut.size() : 0, columns - cut.size(), ' ');
  return cut;
}

std::string cell(const TopRow& row, std::size_t column) {
  switch (column) {
    case 0: return row.state;
    case 1: return row.cpu ? fmt::format("{:.1f}", *row.cpu) : "-";
    case 2: return row.memory ? human_size(static_cast<std::uint64_t>(*row.memory)) : "-";
    case 3: return row.descriptors ? fmt::format("{}", *row.descriptors) : "-";
    case 4: return fmt::format("{}", row.restarts);
    case 5: return row.pid ? fmt::format("{}", *row.pid) : "-";
    case 6: return human_ms(row.since_ms);
    default: return row.health.empty() ? "-" : row.health;
  }
}

std::size_t columns_width(std::size_t count) {
  std::size_t out = 0;
  for (const Column& column : std::span(kColumns).first(count))
    out += static_cast<std::size_t>(std::abs(column.width)) + 1;
  return out;
}

// How wide the names are, how many columns fit beside them, and what is left for the cause.
struct Widths {
  std::size_t name = 0;
  std::size_t columns = 0;
  std::size_t cause = 0;
};
Widths widths_for(const std::vector<TopRow>& rows, std::size_t screen) {
  constexpr std::size_t kLeastName = 12, kMostName = 40;
  std::size_t longest = kLeastName;
  for (const TopRow& row : rows) longest = std::max(longest, row.name.size() + 2 * row.depth);
  Widths out{.name = std::min(longest, kMostName), .columns = kColumns.size()};
  while (out.columns > 1 && kLeastName + columns_width(out.columns) > screen) --out.columns;
  const std::size_t beside = columns_width(out.columns);
  const std::size_t room = screen > beside ? screen - beside : 0;
  // The names give way to the columns, and the cause to the names.
  out.name = std::min(out.name, room);
  out.cause = room > out.name + 1 ? room - out.name - 1 : 0;
  return out;
}

constexpr int kBold = static_cast<int>(A_BOLD);  // Attributes are unsigned, and what colours make of them is not.

int attributes_of(std::string_view status, Paint paint) {
  const Style style = style_of_status(status);
  if (paint == Paint::off) return style == Style::bad ? A_BOLD : style == Style::faint ? A_DIM : A_NORMAL;
  switch (style) {
    case Style::good: return COLOR_PAIR(1);
    case Style::busy: return COLOR_PAIR(2);
    case Style::bad: return COLOR_PAIR(3) | kBold;
    case Style::faint: return A_DIM;
    case Style::plain:
    case Style::title: return A_NORMAL;
  }
  return A_NORMAL;
}

// "3 services: 2 up, 1 failed"
std::string counts_text(const wire::DaemonStatus& daemon) {
  std::string out;
  const auto add = [&](std::int64_t count, std::string_view status) {
    if (count > 0) out += fmt::format("{} {} {}", out.empty() ? ":" : ",", count, status);
  };
  add(daemon.failed, "failed");
  add(daemon.changing, "changing");
  add(daemon.up, "up");
  add(daemon.down, "down");
  return counted(static_cast<std::uint64_t>(daemon.services), "service") + out;
}

std::string headline(const TopView& view) {
  if (!view.sample()) return "ctl top: asking supervisord";
  const wire::DaemonStatus& daemon = view.sample()->status.daemon;
  std::string out = fmt::format("{}   supervisord {}, pid {}, up {}", counts_text(daemon), daemon.version, daemon.pid,
                                human_ms(daemon.uptime_ms));
  if (view.is_paused()) out.insert(0, "paused   ");
  if (!view.filter().empty()) out.insert(0, fmt::format("filter: {}   ", view.filter()));
  return out;
}

// What the service under the cursor is in, and why: where the list has no room for that.
std::string log_title(const TopRow* row) {
  if (row == nullptr) return "log";
  return fmt::format("log of {}{}", row->name, row->cause.empty() ? "" : fmt::format(" ({})", visible(row->cause)));
}

std::optional<KeyPress> press_of(int code) {
  switch (code) {
    case KEY_UP: return KeyPress{TopKey::up};
    case KEY_DOWN: return KeyPress{TopKey::down};
    case KEY_PPAGE: return KeyPress{TopKey::page_up};
    case KEY_NPAGE: return KeyPress{TopKey::page_down};
    case KEY_HOME: return KeyPress{TopKey::home};
    case KEY_END: return KeyPress{TopKey::end};
    case KEY_ENTER:
    case '\r':
    case '\n': return KeyPress{TopKey::enter};
    case KEY_BACKSPACE:
    case kDelete:
    case '\b': return KeyPress{TopKey::backspace};
    case kEscape: return KeyPress{TopKey::escape};
    default: break;
  }
  if (code < ' ' || code > '~') return std::nullopt;
  return KeyPress{TopKey::character, static_cast<char>(code)};
}

}  // namespace

TopLayout top_layout(std::size_t rows, bool shows_logs) {
  const std::size_t rest = rows > kFixedRows ? rows - kFixedRows : 0;
  if (!shows_logs || rows < kLeastForLogs) return {rest, 0};
  const std::size_t log_rows = rest / 3;
  return {rest - log_rows - 1, log_rows};
}

struct TopScreen::Curses {
  SCREEN* screen = nullptr;
  Paint paint = Paint::off;
  bool has_lines = false;  // The terminal can show more than ASCII.

  ~Curses() {
    ::endwin();
    ::delscreen(screen);
  }

  [[nodiscard]] static std::size_t rows() { return static_cast<std::size_t>(std::max(LINES, 1)); }
  [[nodiscard]] static std::size_t columns() { return static_cast<std::size_t>(std::max(COLS, 1)); }

  static void put(std::size_t row, std::string_view text, int attributes) {
    if (row >= rows()) return;
    const std::string line = clipped(text, columns());
    ::attrset(attributes);
    ::mvaddnstr(static_cast<int>(row), 0, line.c_str(), static_cast<int>(line.size()));
    ::attrset(A_NORMAL);
  }

  // Over the whole width.
  static void put_bar(std::size_t row, std::string_view text, int attributes) {
    std::string line(text);
    line.resize(std::max(line.size(), columns()), ' ');
    put(row, line, attributes);
  }

  void put_list(const TopView& view, std::size_t list_rows) const {
    const Widths widths = widths_for(view.rows(), columns());
    std::string titles = padded(fmt::format("NAME ({})", order_name(view.order())), -static_cast<int>(widths.name));
    for (const Column& column : std::span(kColumns).first(widths.columns))
      titles += " " + padded(column.title, column.width);
    if (widths.cause > 0) titles += " CAUSE";
    put_bar(1, titles, A_REVERSE);
    for (std::size_t i = 0; i < list_rows && view.first() + i < view.rows().size(); ++i)
      put_row(2 + i, view.rows()[view.first() + i], widths, view.first() + i == view.cursor());
    if (view.rows().empty() && view.sample()) put(2, view.filter().empty() ? "no services" : "nothing matches", A_DIM);
  }

  void put_row(std::size_t at, const TopRow& row, const Widths& widths, bool is_selected) const {
    const std::string_view branch = row.depth == 0 ? "" : has_lines ? "└ " : "` ";
    std::string name(row.depth > 0 ? 2 * (row.depth - 1) : 0, ' ');
    name += branch;
    name += row.name;
    name = clipped(name, widths.name);
    name.append(widths.name - std::min(widths.name, display_width(name)), ' ');
    std::string rest;
    for (std::size_t i = 0; i < widths.columns; ++i) rest += " " + padded(cell(row, i), kColumns[i].width);
    if (widths.cause > 0) rest += " " + visible(row.cause);
    const int attributes = attributes_of(row.status, paint);
    if (is_selected) return put_bar(at, name + rest, A_REVERSE | A_BOLD);
    put(at, name + rest, attributes);
  }

  void put_log(std::size_t at, const TopView& view, const std::vector<std::string>& lines, std::size_t log_rows) const {
    const std::string_view line = has_lines ? "─" : "-";
    std::string title;
    for (int i = 0; i < 2; ++i) title += line;
    title += fmt::format(" {} ", log_title(view.selected()));
    for (std::size_t i = display_width(title); i < columns(); ++i) title += line;
    put(at, title, A_DIM);
    const std::size_t first = lines.size() > log_rows ? lines.size() - log_rows : 0;
    for (std::size_t i = first; i < lines.size(); ++i) put(at + 1 + i - first, plain(lines[i]), A_NORMAL);
  }

  static void put_help() {
    std::size_t row = 1;
    put(row++, "Keys", A_BOLD);
    for (const TopKeyHelp& help : top_keys()) put(row++, fmt::format("  {:<14}  {}", help.keys, help.doc), A_NORMAL);
    put(row + 1, "Any key goes back.", A_DIM);
  }
};

TopScreen::TopScreen(std::unique_ptr<Curses> curses) : curses_(std::move(curses)) {}
TopScreen::TopScreen(TopScreen&&) noexcept = default;
TopScreen::~TopScreen() = default;

OrFailure<TopScreen> TopScreen::open(ColorWish colors) {
  if (!sys::is_a_tty(STDIN_FILENO) || !sys::is_a_tty(STDOUT_FILENO))
    return failure(ExitCode::usage,
                   "top needs a terminal; `ctl status --watch` and `ctl tree --json` are for everything else");
  std::setlocale(LC_CTYPE, "");
  const std::string term = sys::environment_variable("TERM").value_or("");
  SCREEN* screen = is_known_terminal(term) ? ::newterm(nullptr, stdout, stdin) : nullptr;
  if (screen == nullptr)
    return failure(
        ExitCode::failed,
        fmt::format("cannot use the terminal: no description of TERM={} (terminfo) is here", printable(term)));
  auto curses = std::make_unique<Curses>();
  curses->screen = screen;
  curses->has_lines = std::string_view(::nl_langinfo(CODESET)) == "UTF-8";
  ::cbreak();
  ::noecho();
  ::nonl();
  ::keypad(stdscr, TRUE);
  ::nodelay(stdscr, TRUE);
  ::set_escdelay(kEscapeMs);
  ::curs_set(0);
  if (Sink(STDOUT_FILENO, colors).paint() == Paint::on && ::has_colors()) {
    curses->paint = Paint::on;
    ::start_color();
    ::use_default_colors();
    ::init_pair(1, COLOR_GREEN, -1);
    ::init_pair(2, COLOR_YELLOW, -1);
    ::init_pair(3, COLOR_RED, -1);
  }
  return TopScreen(std::move(curses));
}

TopLayout TopScreen::layout(const TopView& view) const { return top_layout(Curses::rows(), view.shows_logs()); }

void TopScreen::draw(const TopView& view, const std::vector<std::string>& log_lines,
                     const std::optional<std::string>& trouble) {
  ::erase();
  const TopLayout shared = layout(view);
  if (trouble)
    Curses::put(0, fmt::format("{}; trying again", visible(*trouble)),
                kBold | (curses_->paint == Paint::on ? COLOR_PAIR(3) : 0));
  else
    Curses::put(0, headline(view), A_BOLD);
  if (view.mode() == TopMode::help) {
    Curses::put_help();
  } else {
    curses_->put_list(view, shared.list_rows);
    if (shared.log_rows > 0) curses_->put_log(2 + shared.list_rows, view, log_lines, shared.log_rows);
  }
  const std::string prompt = view.prompt();
  const std::string bottom = !prompt.empty()           ? prompt
                             : !view.message().empty() ? visible(view.message())
                                                       : std::string(kHint);
  Curses::put(Curses::rows() - 1, bottom, prompt.empty() ? A_NORMAL : A_BOLD);
  ::refresh();
}

std::optional<KeyPress> TopScreen::key() {
  while (true) {
    const int code = ::getch();
    if (code == ERR) return std::nullopt;
    if (const auto press = press_of(code)) return press;
  }
}

void TopScreen::resize() {
  if (const auto size = sys::window_size(STDOUT_FILENO); size && size->rows > 0 && size->columns > 0)
    ::resizeterm(size->rows, size->columns);
  ::clearok(stdscr, TRUE);
}

}  // namespace sup::ctl
