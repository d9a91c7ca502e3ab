// What must hold of commands that are told of events.
#pragma once

#include <vector>

#include "spec/check.hpp"

namespace sup {

// That there is a command, and that who is named is there.
[[nodiscard]] std::vector<SpecProblem> check_event_hooks(const SpecSet& set);

}  // namespace sup
