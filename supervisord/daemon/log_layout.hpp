// What the settings of a log say about its lines, as the log thread is told it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/ids.hpp"
#include "log/layout.hpp"
#include "log/line_form.hpp"
#include "log/record.hpp"
#include "spec/log_spec.hpp"

namespace sup {

// What is the same for all lines of one stream of one run.
struct LineOrigin {
  std::string service;
  std::uint32_t instance = 1;
  std::string name;
  log::Stream stream = log::Stream::out;
  std::int64_t pid = 0;
  RunId run;
};

// Nothing for raw. The template and the time were checked when they were read.
[[nodiscard]] std::optional<log::Layout> layout_of(const ChosenFormat& chosen, const LogTimeSpec& time,
                                                   bool strips_ansi, const LineOrigin& origin);

// How lines that were written so are taken apart again, whichever run has written them.
[[nodiscard]] log::LineForm form_of(const ChosenFormat& chosen, const LogTimeSpec& time, const LineOrigin& origin);

}  // namespace sup
