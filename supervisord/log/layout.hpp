// How the lines of one source are written when they are not written as they come.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time_text.hpp"

namespace sup::log {

// What a line becomes at its place.
enum class LineStyle : std::uint8_t {
  plain,   // Its bytes.
  json,    // "line":"...", and what else is to be said of it.
  logfmt,  // line=..., and what else is to be said of it.
};

// What stands on each line, in order: what is the same for all lines of a source is text already.
struct Layout {
  enum class Slot : std::uint8_t { text, time, mark, line };
  struct Part {
    Slot slot = Slot::text;
    std::string text = {};
  };
  std::vector<Part> parts = {};
  LineStyle style = LineStyle::plain;
  TimeText time = {};
  TimePrecision precision = TimePrecision::ms;
  bool is_local_time = false;  // Else UTC.
  bool strips_ansi = false;
};

}  // namespace sup::log
