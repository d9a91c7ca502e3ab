// The start of the command, and what has to be settled before it.
#pragma once

#include <sys/types.h>

#include <optional>

#include "init/plan.hpp"
#include "sys/signals.hpp"

namespace sup::init {

struct Started {
  pid_t command = 0;             // 0: the plan has none.
  sys::SignalSet ignored_once;   // The terminal's good-bye to us, which is not the command's.
  std::optional<int> exit_code;  // It could not be started; that has been said.
};
[[nodiscard]] Started start(const Plan& plan);

}  // namespace sup::init
