// Formatter: lines as their layout has them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "log/layout.hpp"
#include "log/record.hpp"

namespace sup::log {

// What is to be said of a line besides its bytes.
struct LineFacts {
  Marks marks = {};
  std::uint64_t dropped = 0;  // It is a remark of ours, which stands for so many lines.
};

class Formatter {
 public:
  explicit Formatter(Layout layout);

  // Lines of this moment follow: renders what is the same for all of them.
  void begin(WallTime time);
  // Appends a line, which comes without its end.
  void append(std::string& out, std::string_view line, LineFacts facts = {});
  // Appends a record of one or several lines. As text, each but the first goes on with the one before it.
  void append_record(std::string& out, std::string_view record, Marks marks);
  // The line without escape sequences, if the layout wants it so; valid until the next call.
  [[nodiscard]] std::string_view clean(std::string_view line);
  // Appends lines from the front of the block, until `out` has `enough` bytes or the block is empty, and takes them
  // from it.
  void append_lines(std::string& out, Block& block, std::size_t enough);
  // About how much longer a line is than without the layout.
  [[nodiscard]] std::size_t overhead() const { return overhead_; }

 private:
  void render(std::string& before, std::string& after, WallTime time, bool is_continued) const;
  bool append_as_it_is(std::string& out, std::string_view line) const;
  void append_json_line(std::string& out, std::string_view line, LineFacts facts) const;
  void append_logfmt_line(std::string& out, std::string_view line, LineFacts facts) const;

  Layout layout_;
  bool has_mark_ = false;
  std::size_t overhead_ = 0;
  WallTime time_{};
  // What stands before and after a line of this moment, and one that goes on with another.
  std::string before_;
  std::string after_;
  std::string lead_;  // The same, and what stands around a line that is whole and needs no escapes.
  std::string trail_;
  std::optional<std::string> before_continued_;
  std::string after_continued_;
  std::string stripped_;
};

}  // namespace sup::log
