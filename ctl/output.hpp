// Where text goes: standard output for data, standard error for the rest. Knows terminals and readers that went away.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ctl/parse.hpp"

namespace sup::ctl {

// How a piece of text is meant; colours follow from it.
enum class Style : std::uint8_t { plain, title, good, busy, bad, faint };

enum class Paint : std::uint8_t { off, on };
[[nodiscard]] std::string styled(std::string_view text, Style style, Paint paint);

// One of the two standard streams, buffered until flush().
class Sink {
 public:
  Sink(int fd, ColorWish colors);

  void write(std::string_view text) { buffer_ += text; }
  // Writes what is buffered, waiting for a slow reader. False if nobody reads any more, or it cannot be written.
  bool flush();
  // A line at the foot of a terminal, in the place of the one before; what is flushed takes it back. On nothing else.
  void show_line(std::string_view line);
  void take_back_line();
  // From now on flush() keeps what it would write, until release(). Only for a terminal, which somebody reads.
  void hold() { is_held_ = true; }
  void release() { is_held_ = false; }
  [[nodiscard]] bool is_held() const { return is_held_; }
  [[nodiscard]] std::string_view buffered() const { return buffer_; }
  // What was buffered has been shown by other means.
  void drop() { buffer_.clear(); }

  [[nodiscard]] bool is_terminal() const { return is_terminal_; }
  [[nodiscard]] Paint paint() const { return paint_; }
  // The reason why something could not be written, other than a reader that went away; 0 if there was none.
  [[nodiscard]] int write_error() const { return write_error_; }

 private:
  void write_out(std::string_view text);

  int fd_;
  bool is_terminal_;
  Paint paint_;
  bool is_open_ = true;
  bool is_held_ = false;
  bool has_line_ = false;
  int write_error_ = 0;
  std::string buffer_;
};

}  // namespace sup::ctl
