#include "base/exit_status.hpp"

#include <fmt/format.h>

#include "base/signals.hpp"

namespace sup {

std::string ExitStatus::text() const {
  if (signal == 0) return fmt::format("exit {}", code);
  return fmt::format("signal {}{}", signal_name(Signal{signal}), core_dumped ? " (core dumped)" : "");
}

}  // namespace sup
