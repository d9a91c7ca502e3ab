// How a process ended, as waitid(2) tells it.
#pragma once

#include <cstdint>
#include <string>

namespace sup {

// Either an exit code (signal == 0), or death by a signal (code is then meaningless).
struct ExitStatus {
  std::int32_t code = 0;
  std::int32_t signal = 0;
  bool core_dumped = false;

  // The shell's way: the exit code, or 128 + signal.
  [[nodiscard]] constexpr int as_code() const noexcept { return signal != 0 ? 128 + signal : code; }
  // "exit 3", "signal KILL", "signal SEGV (core dumped)".
  [[nodiscard]] std::string text() const;
  friend constexpr bool operator==(const ExitStatus&, const ExitStatus&) = default;
};

// What the limits of a run's cgroup have done to it.
struct LimitsHit {
  bool is_oom_killed = false;            // The kernel has killed it for want of memory.
  std::uint64_t memory_limit_bytes = 0;  // Its own limit that was reached; 0: that of the machine or of a group above.
  std::uint64_t refused_forks = 0;       // By pids.max.
  friend constexpr bool operator==(const LimitsHit&, const LimitsHit&) = default;
};

// As ExitStatus::text(), and what the limits did: "oom-killed (limit 512MiB)", "exit 1, oom-killed (no limit of its
// own)", "exit 1, pids-max has refused 3 forks".
[[nodiscard]] std::string end_text(const ExitStatus& status, const LimitsHit& limits);

}  // namespace sup
