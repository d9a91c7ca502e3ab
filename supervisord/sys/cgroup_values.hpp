// What the files of a cgroup say and want to be told, in our types.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "sys/cgroup.hpp"

namespace sup::sys {

// The number behind `key` in lines of "key number"; empty if there is none.
[[nodiscard]] std::optional<std::uint64_t> flat_keyed(std::string_view text, std::string_view key) noexcept;
// A file that holds one number or "max", which is kNoCgroupLimit.
[[nodiscard]] std::optional<std::uint64_t> cgroup_number(std::string_view text) noexcept;
inline constexpr std::uint64_t kNoCgroupLimit = UINT64_MAX;

// What a group and all below it use now. Each empty if its controller is not enabled or the kernel does not tell it.
struct CgroupUsage {
  std::optional<Duration> cpu_time;                // cpu.stat usage_usec: needs no controller.
  std::optional<std::uint64_t> memory_bytes;       // memory.current
  std::optional<std::uint64_t> memory_peak_bytes;  // memory.peak, Linux 5.19.
  std::optional<std::uint64_t> swap_bytes;         // memory.swap.current
  std::optional<std::uint64_t> pids;               // pids.current: tasks, threads included.
  std::optional<std::uint64_t> pids_peak;          // pids.peak, Linux 6.1.
};

// Errors: not_found when the group is gone.
[[nodiscard]] Result<CgroupUsage> cgroup_usage(const Cgroup& group);

// memory.events: how often something has happened in the group and below it since it was made.
struct CgroupMemoryEvents {
  std::uint64_t high = 0;            // Slowed down because of memory.high.
  std::uint64_t max = 0;             // Was about to exceed memory.max.
  std::uint64_t oom = 0;             // Nothing could be reclaimed: an allocation failed or somebody was killed.
  std::uint64_t oom_kill = 0;        // Processes killed by the OOM killer, of any kind.
  std::uint64_t oom_group_kill = 0;  // Linux 5.17; before it is 0.
};

// Errors: not_found without the memory controller.
[[nodiscard]] Result<CgroupMemoryEvents> cgroup_memory_events(const Cgroup& group);
// How many forks pids.max has refused. Errors: not_found without the pids controller.
[[nodiscard]] Result<std::uint64_t> cgroup_refused_forks(const Cgroup& group);

// For cpu.max: so much of one processor's time in each 100 ms; 150 is one and a half processors, at least 1. Empty: no
// limit.
[[nodiscard]] std::string cpu_max_text(std::optional<unsigned> percent);

// For io.max: one whole disk, one line, one write. Empty: no limit.
struct IoMax {
  unsigned major = 0;
  unsigned minor = 0;
  std::optional<std::uint64_t> read_bytes_per_second;
  std::optional<std::uint64_t> write_bytes_per_second;
  std::optional<std::uint64_t> reads_per_second;
  std::optional<std::uint64_t> writes_per_second;
};
[[nodiscard]] std::string io_max_text(const IoMax& limits);

// The number of the block device at this path. Errors: not_found if there is none, or something else is there.
struct DeviceNumber {
  unsigned major = 0;
  unsigned minor = 0;
};
[[nodiscard]] Result<DeviceNumber> block_device(const std::string& path);

// For memory.max and its like, and pids.max. Empty: "max".
[[nodiscard]] std::string cgroup_limit_text(std::optional<std::uint64_t> limit);

}  // namespace sup::sys
