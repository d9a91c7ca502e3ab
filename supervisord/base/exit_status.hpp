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

}  // namespace sup
