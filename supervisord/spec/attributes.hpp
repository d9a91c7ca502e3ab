// What a process is before its program begins: limits, priorities, privileges. Plain data; the rows are in
// attribute_fields.hpp.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/capabilities.hpp"
#include "base/enum_names.hpp"

namespace sup {

// A resource limit for setrlimit(2). kUnlimited is RLIM_INFINITY.
struct LimitPair {
  static constexpr std::uint64_t kUnlimited = ~std::uint64_t{0};
  std::uint64_t soft = kUnlimited;
  std::uint64_t hard = kUnlimited;
  friend bool operator==(const LimitPair&, const LimitPair&) = default;
};

// What the numbers of a limit count, and so how they are written: 10, "64MiB", "10s".
enum class LimitUnit : std::uint8_t { count, bytes, seconds, microseconds };
template <LimitUnit Unit>
struct LimitIn : LimitPair {
  friend bool operator==(const LimitIn&, const LimitIn&) = default;
};
using Limit = LimitIn<LimitUnit::count>;
using ByteLimit = LimitIn<LimitUnit::bytes>;
using SecondsLimit = LimitIn<LimitUnit::seconds>;
using MicrosecondsLimit = LimitIn<LimitUnit::microseconds>;

struct LimitsSpec {
  std::optional<ByteLimit> as;
  std::optional<ByteLimit> core;
  std::optional<SecondsLimit> cpu;
  std::optional<ByteLimit> data;
  std::optional<ByteLimit> fsize;
  std::optional<Limit> locks;
  std::optional<ByteLimit> memlock;
  std::optional<ByteLimit> msgqueue;
  std::optional<Limit> nice;
  std::optional<Limit> nofile;
  std::optional<Limit> nproc;
  std::optional<ByteLimit> rss;
  std::optional<Limit> rtprio;
  std::optional<MicrosecondsLimit> rttime;
  std::optional<Limit> sigpending;
  std::optional<ByteLimit> stack;
  friend bool operator==(const LimitsSpec&, const LimitsSpec&) = default;
};

enum class SchedPolicy : std::uint8_t { other, batch, idle, fifo, rr };
template <>
inline constexpr auto kEnumNames<SchedPolicy> = std::array{
    EnumName{SchedPolicy::other, "other"}, EnumName{SchedPolicy::batch, "batch"}, EnumName{SchedPolicy::idle, "idle"},
    EnumName{SchedPolicy::fifo, "fifo"},   EnumName{SchedPolicy::rr, "rr"},
};
constexpr bool is_realtime(SchedPolicy policy) { return policy == SchedPolicy::fifo || policy == SchedPolicy::rr; }

// A word, or a table { policy, priority }.
struct SchedSpec {
  SchedPolicy policy = SchedPolicy::other;
  std::uint8_t priority = 0;  // 1 to 99 for fifo and rr, 0 for the others.
  friend bool operator==(const SchedSpec&, const SchedSpec&) = default;
};

// The classes of ioprio_set(2).
enum class IoClass : std::uint8_t { realtime, best_effort, idle };
template <>
inline constexpr auto kEnumNames<IoClass> = std::array{
    EnumName{IoClass::realtime, "realtime"},
    EnumName{IoClass::best_effort, "best-effort"},
    EnumName{IoClass::idle, "idle"},
};

// "idle", "best-effort:N", "realtime:N".
struct IoPriority {
  static constexpr std::uint8_t kLowest = 7;
  static constexpr std::uint8_t kDefault = 4;
  IoClass io_class = IoClass::best_effort;
  std::uint8_t level = kDefault;  // 0 (first) to kLowest; kDefault for idle, which has none.
  friend bool operator==(const IoPriority&, const IoPriority&) = default;
};

// CPUs in rising order; empty: any.
struct CpuAffinity {
  std::vector<std::uint16_t> cpus;
  friend bool operator==(const CpuAffinity&, const CpuAffinity&) = default;
};

enum class Keyring : std::uint8_t { inherit, private_keyring };
template <>
inline constexpr auto kEnumNames<Keyring> = std::array{
    EnumName{Keyring::inherit, "inherit", "The session keyring that supervisord has."},
    EnumName{Keyring::private_keyring, "private", "A new, empty one that the service's user owns."},
};

// Words for personality(2).
enum class PersonalityWord : std::uint8_t {
  linux_plain,
  linux32,
  uname26,
  addr_no_randomize,
  addr_compat_layout,
  addr_limit_32bit,
  addr_limit_3gb,
  mmap_page_zero,
  read_implies_exec,
  short_inode,
  sticky_timeouts,
  whole_seconds,
};
template <>
inline constexpr auto kEnumNames<PersonalityWord> = std::array{
    EnumName{PersonalityWord::linux_plain, "linux"},
    EnumName{PersonalityWord::linux32, "linux32"},
    EnumName{PersonalityWord::uname26, "uname26"},
    EnumName{PersonalityWord::addr_no_randomize, "addr-no-randomize"},
    EnumName{PersonalityWord::addr_compat_layout, "addr-compat-layout"},
    EnumName{PersonalityWord::addr_limit_32bit, "addr-limit-32bit"},
    EnumName{PersonalityWord::addr_limit_3gb, "addr-limit-3gb"},
    EnumName{PersonalityWord::mmap_page_zero, "mmap-page-zero"},
    EnumName{PersonalityWord::read_implies_exec, "read-implies-exec"},
    EnumName{PersonalityWord::short_inode, "short-inode"},
    EnumName{PersonalityWord::sticky_timeouts, "sticky-timeouts"},
    EnumName{PersonalityWord::whole_seconds, "whole-seconds"},
};

// A list: besides those that it has anyhow. Or a table { replace = [...] }: these and no other.
struct GroupsSpec {
  std::vector<std::string> names;
  bool replaces = false;
  friend bool operator==(const GroupsSpec&, const GroupsSpec&) = default;
};

// "null", or a table { file = "/path" }.
struct StdinSpec {
  std::string file;  // Empty: /dev/null.
  friend bool operator==(const StdinSpec&, const StdinSpec&) = default;
};

}  // namespace sup
