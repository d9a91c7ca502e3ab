// Bytes in, lines out: joins torn writes, splits what is too long, keeps what is not complete yet.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "base/check.hpp"
#include "log/newlines.hpp"
#include "log/record.hpp"

namespace sup::log {

// The framing of one stream. Only the newline means anything; NUL, CR, escape sequences and broken UTF-8 pass as they
// are. The concatenation of all blocks is exactly the concatenation of all input.
//
// A line of up to `line_max` bytes (without its newline) comes out whole. A longer one comes in pieces of line_max
// bytes, each a block of its own marked `truncated`; what follows a piece is marked `continuation`.
class Framer {
 public:
  explicit Framer(std::size_t line_max) : line_max_(line_max) { CHECK(line_max > 0); }

  // Calls out(const Block&) for what `bytes` completes: as few blocks as possible, so that consumers work on batches.
  // The blocks point into `bytes` and into `joined` (the caller's scratch buffer), and are valid until either changes.
  template <class Out>
  void feed(std::string_view bytes, std::string& joined, Out&& out) {
    if (!held_.empty()) bytes = complete_held(bytes, joined, out);
    if (!bytes.empty()) scan(bytes, out);
  }

  // The stream has ended or pauses for good: an incomplete line comes out as it is, without newline.
  template <class Out>
  void flush(std::string& joined, Out&& out) {
    joined = std::exchange(held_, {});
    const Marks marks{.continuation = std::exchange(continuing_, false)};
    if (!joined.empty()) out(Block{joined, 1, marks});
  }

  // The line that is not complete yet.
  [[nodiscard]] std::string_view held_text() const { return held_; }
  [[nodiscard]] std::size_t held() const { return held_.size(); }
  [[nodiscard]] bool is_continuing() const { return continuing_; }
  // Goes on where another one was.
  void resume(std::string held, bool is_continuing) {
    held_ = std::move(held);
    continuing_ = is_continuing;
  }

 private:
  // Appends to the incomplete line up to its end or to the bound; returns the bytes after that.
  template <class Out>
  std::string_view complete_held(std::string_view bytes, std::string& joined, Out& out) {
    const std::size_t room = line_max_ - held_.size();
    const std::size_t newline = bytes.substr(0, room + 1).find('\n');
    const bool is_too_long = newline == std::string_view::npos;
    if (is_too_long && bytes.size() <= room) {
      held_ += bytes;
      return {};
    }
    const std::size_t taken = is_too_long ? room : newline + 1;
    joined = std::exchange(held_, {});
    joined += bytes.substr(0, taken);
    out(Block{joined, 1, {std::exchange(continuing_, is_too_long), is_too_long}});
    return bytes.substr(taken);
  }

  template <class Out>
  void scan(std::string_view bytes, Out& out) {
    std::size_t start = 0;   // Of the block being gathered.
    std::size_t cursor = 0;  // Of the current line.
    std::uint32_t lines = 0;
    const auto emit = [&](bool truncated) {
      if (cursor == start) return;
      out(Block{bytes.substr(start, cursor - start), lines, {std::exchange(continuing_, truncated), truncated}});
      start = cursor;
      lines = 0;
    };
    while (cursor < bytes.size()) {
      // Every line that ends within the window is short enough, so only its last end has to be found.
      const std::string_view window = bytes.substr(cursor, line_max_ + 1);
      const void* newline = ::memrchr(window.data(), '\n', window.size());
      if (newline != nullptr) {
        const auto size = static_cast<std::size_t>(static_cast<const char*>(newline) - window.data()) + 1;
        lines += count_newlines(window.substr(0, size));
        cursor += size;
      } else if (window.size() > line_max_) {
        emit(false);
        cursor += line_max_;
        lines = 1;
        emit(true);
      } else {
        break;
      }
    }
    emit(false);
    held_ = bytes.substr(cursor);
  }

  std::size_t line_max_;
  std::string held_;         // Never has a newline; at most line_max_ bytes; no memory while empty.
  bool continuing_ = false;  // The current line has come out in part.
};

}  // namespace sup::log
