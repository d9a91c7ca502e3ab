#include "base/exit_status.hpp"

#include <fmt/format.h>

#include <csignal>

#include "base/signals.hpp"
#include "base/text.hpp"

namespace sup {

std::string ExitStatus::text() const {
  if (signal == 0) return fmt::format("exit {}", code);
  return fmt::format("signal {}{}", signal_name(Signal{signal}), core_dumped ? " (core dumped)" : "");
}

std::string end_text(const ExitStatus& status, const LimitsHit& limits) {
  std::string out = status.text();
  if (limits.is_oom_killed) {
    const bool has_limit = limits.memory_limit_bytes != 0;
    const std::string killed =
        has_limit
            ? fmt::format("oom-killed (limit {})", format_size(limits.memory_limit_bytes))
            : std::string("oom-killed (not by a limit of its own: the machine or a group above was out of memory)");
    out = status.signal == SIGKILL ? killed : fmt::format("{}, {}", out, killed);
  }
  if (limits.refused_forks > 0) out += fmt::format(", pids-max has refused {}", counted(limits.refused_forks, "fork"));
  return out;
}

}  // namespace sup
