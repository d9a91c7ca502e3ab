// The rows of spec/attributes.hpp.
#pragma once

#include "spec/attributes.hpp"
#include "spec/fields.hpp"

namespace sup {

inline constexpr std::int64_t kMaxNiceLimit = 40;
inline constexpr std::int64_t kMaxRealtimePriority = 99;

template <>
struct Fields<LimitsSpec> {
  static constexpr auto kRows = std::make_tuple(
      Field{"as", &LimitsSpec::as, OnChange::restart, "\"4GiB\"", "The address space of each process (RLIMIT_AS)."},
      Field{"core", &LimitsSpec::core, OnChange::restart, "\"unlimited\"",
            "The size of a core file (RLIMIT_CORE); 0 means none is written."},
      Field{"cpu", &LimitsSpec::cpu, OnChange::restart, "\"1h:2h\"",
            "CPU time of each process, whole seconds (RLIMIT_CPU): XCPU at the soft limit, KILL at the hard one."},
      Field{"data", &LimitsSpec::data, OnChange::restart, "\"1GiB\"",
            "Data, heap and private writable mappings of each process (RLIMIT_DATA)."},
      Field{"fsize", &LimitsSpec::fsize, OnChange::restart, "\"100MiB\"",
            "The size of each file that is written (RLIMIT_FSIZE)."},
      Field{"locks", &LimitsSpec::locks, OnChange::restart, "1024",
            "File locks (RLIMIT_LOCKS). Linux has ignored it since 2.4.25."},
      Field{"memlock", &LimitsSpec::memlock, OnChange::restart, "\"64MiB\"",
            "Memory that may be locked into RAM (RLIMIT_MEMLOCK)."},
      Field{"msgqueue", &LimitsSpec::msgqueue, OnChange::restart, "\"800KiB\"",
            "POSIX message queues of the user, in bytes (RLIMIT_MSGQUEUE)."},
      Field{"nice", &LimitsSpec::nice, OnChange::restart, "20",
            "How far the service itself may raise its priority (RLIMIT_NICE): N allows nice values down to 20 - N.",
            Range{0, kMaxNiceLimit}},
      Field{"nofile", &LimitsSpec::nofile, OnChange::restart, "65536",
            "Open file descriptors (RLIMIT_NOFILE): a number for both, or \"soft:hard\". Without it the service gets "
            "the limits that supervisord itself was started with."},
      Field{"nproc", &LimitsSpec::nproc, OnChange::restart, "512",
            "Processes and threads of the user, on the whole machine (RLIMIT_NPROC). It does not bind root."},
      Field{"rss", &LimitsSpec::rss, OnChange::restart, "\"1GiB\"",
            "Resident memory (RLIMIT_RSS). Linux has ignored it since 2.4.30."},
      Field{"rtprio", &LimitsSpec::rtprio, OnChange::restart, "50",
            "The highest real-time priority that the service may give itself (RLIMIT_RTPRIO).",
            Range{0, kMaxRealtimePriority}},
      Field{"rttime", &LimitsSpec::rttime, OnChange::restart, "\"200ms\"",
            "CPU time under a real-time policy without a blocking call, whole microseconds (RLIMIT_RTTIME)."},
      Field{"sigpending", &LimitsSpec::sigpending, OnChange::restart, "1024",
            "Queued signals of the user (RLIMIT_SIGPENDING)."},
      Field{"stack", &LimitsSpec::stack, OnChange::restart, "\"8MiB:unlimited\"",
            "The stack of the main thread, and what new threads get by default (RLIMIT_STACK)."});
};
static_assert(kEveryMemberHasARow<LimitsSpec>, "every member of LimitsSpec needs a row");

}  // namespace sup
