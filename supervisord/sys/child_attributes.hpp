// What a child is before its program begins, beyond user and directory: limits, priorities, privileges. Settings as a
// caller gives them, and their flat form for the steps between fork and exec. See child.hpp for the rules.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/capabilities.hpp"

namespace sup::sys {

// One limit for setrlimit(2). RLIM_INFINITY is the largest value and compares as such.
struct ResourceLimit {
  int resource = 0;  // RLIMIT_NOFILE ...
  std::uint64_t soft = 0;
  std::uint64_t hard = 0;
};

struct SchedSetting {
  int policy = 0;    // SCHED_FIFO ...
  int priority = 0;  // 1 to 99 for the real-time policies, else 0.
};

// What is written to /proc/self/oom_score_adj: because somebody asked for it, or so that ours does not become the
// child's. The latter may fail: a container may have set ours, and we may not lower it.
enum class OomScoreFor : unsigned char { asked, reset };
struct OomScore {
  int value = 0;
  OomScoreFor reason = OomScoreFor::asked;
};

// Each empty (or false): as ours, without any system call.
struct ChildAttributes {
  std::optional<OomScore> oom_score;
  std::vector<ResourceLimit> limits;
  std::optional<int> nice;
  std::optional<SchedSetting> sched;
  std::optional<int> io_priority;             // As ioprio_set(2) packs it.
  std::vector<unsigned long> cpu_mask;        // As sched_setaffinity(2) has it.
  std::optional<unsigned> personality;        // personality(2).
  std::optional<CapabilitySet> capabilities;  // All that is kept; kAll: what we have.
  bool has_private_keyring = false;
  bool has_no_new_privileges = false;
  std::string root_dir;    // For chroot(2). The program and the other paths of the child are looked up in it.
  std::string stdin_file;  // Opened as the service's user, after working_dir was entered.
  // For the failure report, where the numbers are not what the user wrote ("fifo", "0-3").
  std::string sched_text;
  std::string io_priority_text;
  std::string cpus_text;
  std::string personality_text;
};

// The flat form: numbers and pointers into ChildAttributes.
struct ChildAttributesPlan {
  const ResourceLimit* limits;
  std::size_t limit_count;
  const unsigned long* cpu_mask;
  std::size_t cpu_mask_bytes;
  const char* root_dir;    // Null: ours.
  const char* stdin_file;  // Null: none.
  std::uint64_t capabilities;
  std::uint64_t unknown_capabilities;  // Those of them that this kernel does not have.
  std::uint64_t dropped_capabilities;  // To leave the bounding set: one system call each.
  const char* oom_score;               // As text; null: as ours.
  std::size_t oom_score_length;
  SchedSetting sched;
  int nice;
  int io_priority;
  unsigned personality;
  bool oom_score_is_asked;
  bool has_nice;
  bool has_sched;
  bool has_io_priority;
  bool has_personality;
  bool has_capabilities;
  bool has_private_keyring;
  bool has_no_new_privileges;
};

}  // namespace sup::sys
