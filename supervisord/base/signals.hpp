// Signals by number and name.
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sup {

// A signal number of this kernel, 1 to 64.
struct Signal {
  int number = 0;
  friend constexpr auto operator<=>(Signal, Signal) = default;
};

// Reads "TERM", "SIGTERM", "term", "15", "RTMIN+3", "RTMAX-1". Errors: invalid, with the nearest name.
[[nodiscard]] Result<Signal> parse_signal(std::string_view text);
// The name without SIG: "TERM", "RTMIN+3".
[[nodiscard]] std::string signal_name(Signal signal);

}  // namespace sup
