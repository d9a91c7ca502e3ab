// The rows of spec/resources.hpp.
#pragma once

#include "spec/fields.hpp"
#include "spec/resources.hpp"

namespace sup {

inline constexpr std::int64_t kMaxWeight = 10'000;      // cpu.weight and io.weight.
inline constexpr std::int64_t kMaxPids = 4'194'304;     // PID_MAX_LIMIT: the kernel takes no more for pids.max.
inline constexpr std::int64_t kMaxRate = 0xFFFF'FFFFL;  // Accesses in a second.

template <>
struct Fields<IoMaxSpec> {
  static constexpr auto kRows = std::make_tuple(
      Field{"device", &IoMaxSpec::device, OnChange::live, "\"/dev/sda\"", "The whole disk, by its block device.",
            AbsolutePath{}},
      Field{"rbps", &IoMaxSpec::rbps, OnChange::live, "\"20MiB\"", "Bytes that may be read in a second."},
      Field{"wbps", &IoMaxSpec::wbps, OnChange::live, "\"10MiB\"", "Bytes that may be written in a second."},
      Field{"riops", &IoMaxSpec::riops, OnChange::live, "1000", "Reads in a second.", Range{1, kMaxRate}},
      Field{"wiops", &IoMaxSpec::wiops, OnChange::live, "500", "Writes in a second.", Range{1, kMaxRate}});
};
static_assert(kEveryMemberHasARow<IoMaxSpec>, "every member of IoMaxSpec needs a row");

template <>
struct Fields<ResourcesSpec> {
  static constexpr auto kRows = std::make_tuple(
      Field{"memory-max", &ResourcesSpec::memory_max, OnChange::live, "\"512MiB\"",
            "Memory of all its processes together (memory.max): a size, \"25%\" of the machine's, or \"unlimited\". "
            "When it cannot be kept, the whole run is killed and counts as oom-killed."},
      Field{"memory-high", &ResourcesSpec::memory_high, OnChange::live, "\"400MiB\"",
            "Above this they are slowed down and have to give memory back, but nobody is killed (memory.high)."},
      Field{"memory-low", &ResourcesSpec::memory_low, OnChange::live, "\"64MiB\"",
            "Memory that is taken from them last, when the machine has none left (memory.low)."},
      Field{"memory-swap-max", &ResourcesSpec::memory_swap_max, OnChange::live, "0",
            "Swap space of all its processes together (memory.swap.max)."},
      Field{"cpu-max", &ResourcesSpec::cpu_max, OnChange::live, "\"150%\"",
            "CPU time of all its processes together (cpu.max): \"150%\" is one and a half processors."},
      Field{"cpu-weight", &ResourcesSpec::cpu_weight, OnChange::live, "50",
            "Its share when CPUs are wanted by several (cpu.weight); who says nothing has 100.", Range{1, kMaxWeight}},
      Field{"cpuset", &ResourcesSpec::cpuset, OnChange::live, "\"0-1\"",
            "The CPUs on which its processes run (cpuset.cpus); unlike cpu-affinity they cannot change it."},
      Field{"pids-max", &ResourcesSpec::pids_max, OnChange::live, "100",
            "Processes and threads of the run together (pids.max); a fork beyond it fails. Or \"unlimited\".",
            Range{1, kMaxPids}},
      Field{"io-max", &ResourcesSpec::io_max, OnChange::live, "[{ device = \"/dev/sda\", rbps = \"20MiB\" }]",
            "What it may read and write on disks, one table per disk (io.max)."},
      Field{"io-weight", &ResourcesSpec::io_weight, OnChange::live, "50",
            "Its share when a disk is wanted by several (io.weight); who says nothing has 100.", Range{1, kMaxWeight}},
      Field{"required", &ResourcesSpec::required, OnChange::live, "true",
            "Whether the service is not started where one of these cannot be had. Without it that is a warning."});
};
static_assert(kEveryMemberHasARow<ResourcesSpec>, "every member of ResourcesSpec needs a row");

}  // namespace sup
