// The one loop of every init: starts the command, reaps everybody, sends signals on, and knows when it is over.
//
// Signals are data here as everywhere: all are blocked and taken one by one. Nothing is allocated while it waits.
#pragma once

#include "init/plan.hpp"

namespace sup::init {

// Does what the plan says until its end; returns the exit code. All signals are blocked and their dispositions default
// when it is called.
[[nodiscard]] int run(const Plan& plan);

}  // namespace sup::init
