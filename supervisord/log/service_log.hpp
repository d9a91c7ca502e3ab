// What the log thread keeps of a service.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "log/ring.hpp"
#include "log/valve.hpp"

namespace sup::log {

// How far the files of one log are written. Positions count all bytes since the log was attached first, whatever file
// they went into, so that what memory holds has its place in the files.
struct Kept {
  std::uint64_t outlet = 0;  // The one that wrote last; it may be gone.
  std::uint64_t base = 0;    // The position at which that one began.
  std::uint64_t end = 0;     // What was known when its last pipe left it.
  bool goes_by_time = false;
};

// Where a run begins in the files.
struct RunMark {
  RunId run;
  std::array<std::uint64_t, 2> positions = {};  // Of Source::Log.
};

struct ServiceLog {
  static constexpr std::size_t kRunMarks = 16;

  InstanceId id;
  std::string name;
  Ring ring;
  std::size_t inputs = 0;            // Pipes that are attached.
  std::array<Valve, 2> valves = {};  // Of Source::Log.
  std::array<Kept, 2> kept = {};     // The same.
  std::vector<RunMark> runs = {};    // The last ones.
  bool has_dropped = false;          // The ring has lost lines.
  bool has_told_pipe_size = false;   // That the kernel refuses it.
  bool is_forgotten = false;         // Goes with its last pipe.
};

using ServiceLogs = std::map<InstanceId, std::unique_ptr<ServiceLog>>;

}  // namespace sup::log
