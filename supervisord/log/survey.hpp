// What memory holds for a reader, and where in the files of each log that begins which memory does not hold.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "sys/file.hpp"

namespace sup::log {

// The part of a log's files that a reader has to look at. Positions are counted back from the end of the file that was
// written to, over the seams between files.
struct FilePart {
  std::optional<sys::FileIdentity> current = {};  // The file that was written to; nothing: nobody wrote to one.
  std::uint64_t size = 0;                         // What it had then.
  std::uint64_t end_back = 0;                     // What was read last of what memory does not hold ends behind this:
  std::uint32_t gone_lines = 0;                   // by so many lines,
  std::uint64_t gone_bytes = 0;                   // which where nothing is added to lines are so many bytes.
  std::optional<std::uint64_t> begin_back = {};   // Where the run begins that was asked for.
  bool goes_by_time = false;  // Records are joined, so the end is where they become younger than what memory holds.
};

// Lines of memory that are wanted and were read at once.
struct RingStep {
  WallTime time;
  std::uint32_t lines = 0;
};

struct ServiceSurvey {
  InstanceId service;
  std::optional<WallTime> oldest = {};  // Of what memory holds.
  bool has_dropped = false;             // Memory had more once.
  bool knows_run = true;                // The run that was asked for is one of those that are remembered:
  std::size_t runs = 0;                 // so many,
  RunId oldest_run = {};                // from this one on.
  std::array<FilePart, 2> files = {};   // Of Source::Log.
};

struct Survey {
  bool is_complete = false;  // Memory has everything that was asked for; the rest says only which runs are known then.
  std::vector<RingStep> steps = {};
  std::vector<ServiceSurvey> services = {};
};

}  // namespace sup::log
