// What becomes of a machine whose init supervisord is, when everything on it has ended.
#pragma once

#include <array>
#include <csignal>
#include <cstdint>

#include "base/enum_names.hpp"

namespace sup {

enum class PowerAction : std::uint8_t { none, poweroff, reboot, halt };

template <>
inline constexpr auto kEnumNames<PowerAction> =
    std::array{EnumName{PowerAction::none, "none", "Nobody has asked for anything."},
               EnumName{PowerAction::poweroff, "poweroff", "The machine is switched off."},
               EnumName{PowerAction::reboot, "reboot", "The machine starts anew."},
               EnumName{PowerAction::halt, "halt", "The machine stands still, switched on."}};

// What a signal to the init of a machine asks for; `none` for those that ask for nothing of this kind. INT is what the
// kernel makes of Ctrl-Alt-Del, PWR comes from a power supply that fails, and the real-time signals are those that
// systemd takes (systemd(1)).
[[nodiscard]] inline PowerAction power_asked_by(int signal) noexcept {
  if (signal == SIGINT || signal == SIGRTMIN + 5) return PowerAction::reboot;
  if (signal == SIGRTMIN + 3) return PowerAction::halt;
  const bool is_off = signal == SIGTERM || signal == SIGQUIT || signal == SIGPWR || signal == SIGRTMIN + 4;
  return is_off ? PowerAction::poweroff : PowerAction::none;
}

}  // namespace sup
