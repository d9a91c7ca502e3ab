#include "ctl/output.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/check.hpp"
#include "sys/env.hpp"

namespace sup::ctl {
namespace {

constexpr std::string_view kEraseRest = "\x1b[K";  // Of the line; ECMA-48, every terminal that is not dumb knows it.

std::string_view escape_of(Style style) {
  switch (style) {
    case Style::plain: return "";
    case Style::title: return "\x1b[1m";
    case Style::good: return "\x1b[32m";
    case Style::busy: return "\x1b[33m";
    case Style::bad: return "\x1b[31m";
    case Style::faint: return "\x1b[2m";
  }
  check_failed("every style has an escape sequence");
}

// https://no-color.org: set and not empty.
bool wants_no_color() {
  const auto value = sys::environment_variable("NO_COLOR");
  return value && !value->empty();
}

}  // namespace

std::string styled(std::string_view text, Style style, Paint paint) {
  if (paint == Paint::off || style == Style::plain || text.empty()) return std::string(text);
  return std::string(escape_of(style)).append(text).append("\x1b[0m");
}

Sink::Sink(int fd, ColorWish colors)
    : fd_(fd),
      is_terminal_(sys::is_a_tty(fd)),
      paint_(is_terminal_ && colors == ColorWish::automatic && !wants_no_color() ? Paint::on : Paint::off) {}

void Sink::write_out(std::string_view text) {
  while (is_open_ && !text.empty()) {
    const ssize_t written = ::write(fd_, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      is_open_ = false;
      if (errno != EPIPE) write_error_ = errno;
    }
  }
}

void Sink::show_line(std::string_view line) {
  flush();
  write_out(fmt::format("\r{}{}", line, kEraseRest));
  has_line_ = true;
}

void Sink::take_back_line() {
  if (std::exchange(has_line_, false)) write_out(fmt::format("\r{}", kEraseRest));
}

bool Sink::flush() {
  if (is_held_) return true;
  if (!buffer_.empty()) take_back_line();
  write_out(buffer_);
  buffer_.clear();
  return is_open_;
}

}  // namespace sup::ctl
