// What a failed step of child_attributes.cpp means to a user. Private to sys; in the parent, may allocate.
#pragma once

#include "sys/child_steps.hpp"

namespace sup::sys {

// Fills in object and reason (and the key of a limit as the step) if the step is one of them; else leaves `out` as it
// is, which has the step and the errno's text.
void describe_attribute_failure(const ChildAttributes& attributes, const ChildReport& report, SpawnFailure& out);

}  // namespace sup::sys
