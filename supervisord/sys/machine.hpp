// Calls about the machine as a whole, for its init.
#pragma once

#include <string>

#include "base/power.hpp"
#include "base/result.hpp"

namespace sup::sys {

// Whether this process lives in a pid namespace that is not the machine's own: PID 1 there is a container's. False
// also where that cannot be told, without /proc.
[[nodiscard]] bool is_in_pid_namespace();

// Letters, digits, '-' and '.', at most 64, beginning with neither of the last two.
[[nodiscard]] bool is_hostname(std::string_view name) noexcept;
[[nodiscard]] std::string hostname();
[[nodiscard]] Result<> set_hostname(const std::string& name);

// The interface "lo" is up, and with it 127.0.0.1 and ::1.
[[nodiscard]] Result<> raise_loopback();

// Ctrl-Alt-Del is INT to PID 1 from now on, and no reboot on the spot.
[[nodiscard]] Result<> catch_ctrl_alt_del();

// reboot(2), at once: whoever calls it has ended everything and written it to disk. Returns only if that fails. CHECKs
// that the action is one.
[[nodiscard]] Error carry_out(PowerAction action);

}  // namespace sup::sys
