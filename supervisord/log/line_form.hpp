// How the lines of a log file are taken apart again: the inverse of Layout and Formatter. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/time_text.hpp"
#include "log/layout.hpp"
#include "log/record.hpp"

namespace sup::log {

// A line of a file, taken apart. What the form does not say is not there.
struct OldLine {
  std::optional<WallTime> time = {};
  std::optional<Stream> stream = {};
  std::optional<RunId> run = {};
  Marks marks = {};
  std::string bytes = {};
  bool is_of_form = false;  // Else it is as it stands in the file.
};

// What stands on each line of one service, whichever run has written it.
struct LineForm {
  enum class Slot : std::uint8_t { text, time, stream, number, run, mark, line };
  struct Part {
    Slot slot = Slot::text;
    std::string text = {};
  };
  std::vector<Part> parts = {};  // None: lines are as they were written.
  LineStyle style = LineStyle::plain;
  TimeText time = {};
  TimePrecision precision = TimePrecision::ms;
  bool is_local_time = false;

  [[nodiscard]] bool has(Slot slot) const;
  // A line that is not of this form (it may be older than the form) is taken as it is.
  [[nodiscard]] OldLine take_apart(std::string_view line) const;
};

}  // namespace sup::log
