// Where the output of a run goes: its pipes or its terminal, the logs behind them, and the names under which the guard
// holds our ends, so that a next manager reads on.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "daemon/launch.hpp"
#include "log/source.hpp"
#include "sys/log_directory.hpp"
#include "sys/terminal.hpp"

namespace sup {

// "out:12", and of the run's third task "out:12.3".
[[nodiscard]] std::string held_name(std::string_view what, RunId run, std::uint32_t serial = 0);
inline constexpr std::string_view kOutput = "out";
inline constexpr std::string_view kErrors = "err";
inline constexpr std::string_view kTerminal = "tty";
inline constexpr std::string_view kNotify = "notify";
inline constexpr std::string_view kReady = "ready";
inline constexpr std::string_view kHeldOutputs[] = {kOutput, kErrors, kTerminal};
inline constexpr std::string_view kHeldSigns[] = {kNotify, kReady};

// Descriptors leave enough free for us. Errors: sys.
[[nodiscard]] Result<> check_reserve(const LaunchContext& context, const UniqueFd& newest);

// The ends that the program gets, and what the log thread is to be told. The guard holds our ends already.
struct RunOutput {
  UniqueFd out;
  UniqueFd err;  // Nothing: as `out`.
  std::vector<log::Source> sources;
};
// Errors: those of opening logs; sys.
[[nodiscard]] Result<RunOutput> open_output(const LaunchContext& context, const LaunchOrder& order,
                                            std::optional<sys::FileOwner> owner);
// The same on a terminal of its own. Our copies of its slave go with this: as long as one is there, the service's end
// would make the kernel throw away what nobody has read yet.
struct RunTerminal {
  UniqueFd slave;
  UniqueFd master;  // Where somebody types.
  std::vector<log::Source> sources;
};
[[nodiscard]] Result<RunTerminal> open_terminal(const LaunchContext& context, const LaunchOrder& order,
                                                std::optional<sys::FileOwner> owner);

// What an earlier manager had for a run, or for one of its tasks.
struct KeptOutput {
  UniqueFd out;
  UniqueFd err;
  UniqueFd terminal;
};
// The sources for what is kept. What cannot be opened again is read all the same and goes to the ring alone.
struct ResumedOutput {
  std::vector<log::Source> sources;
  std::vector<std::string> troubles;
};
[[nodiscard]] ResumedOutput resume_output(const LaunchContext& context, const LaunchOrder& order, KeptOutput kept,
                                          std::optional<sys::FileOwner> owner, pid_t pid);

// The same with the owner that the files of the service have. May ask for accounts.
[[nodiscard]] ResumedOutput resume_sources(const LaunchContext& context, const LaunchOrder& order, KeptOutput kept,
                                           pid_t pid);

// Once it is known which process writes: what stands before its lines.
void describe_lines(const LaunchContext& context, const LaunchOrder& order, pid_t pid,
                    std::vector<log::Source>& sources);

}  // namespace sup
