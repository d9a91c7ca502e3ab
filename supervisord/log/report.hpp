// What the log thread has to say about itself.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.hpp"

namespace sup::log {

// What became of a service's output since it was first attached. A piece of a line that was too long counts as a line.
struct Counters {
  std::uint64_t lines = 0;
  std::uint64_t bytes = 0;
  // Not written to their destination, which failed or did not keep up, or by their rate; the ring and followers got
  // them.
  std::uint64_t dropped_lines = 0;
  std::uint64_t dropped_bytes = 0;
  Counters& operator+=(const Counters& other) {
    lines += other.lines;
    bytes += other.bytes;
    dropped_lines += other.dropped_lines;
    dropped_bytes += other.dropped_bytes;
    return *this;
  }
};

// How a drain ended.
enum class Drained : std::uint8_t { completely, partly };

// The line that was awaited of a run (see Source) has come.
struct LineFound {
  InstanceId service;
  RunId run;
};

// The log of this service does not take its lines, and it is not to run without (OnFull::stop).
struct Refusal {
  InstanceId service;
  std::string reason;
};

// The last lines that a run has written, oldest first, each cut to kLastWordBytes.
struct LastWords {
  InstanceId service;
  RunId run;
  std::vector<std::string> lines;
};

// What was asked of log files (see TendFiles) is done, as far as it could be.
struct Tended {
  std::uint64_t ticket = 0;
  std::vector<std::string> failures;
};

// Something that the daemon should say in its own log, at the level that it gives to the kind.
struct Notice {
  enum class Kind : std::uint8_t { trouble, recovered };
  Kind kind = Kind::trouble;
  std::string text;  // "cannot write log '/var/log/web.log': No space left on device; its lines are dropped"
};

}  // namespace sup::log
