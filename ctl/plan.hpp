// `ctl plan`: what of the configuration files is not in force.
#pragma once

#include "ctl/context.hpp"
#include "wire/plan_messages.hpp"

namespace sup::ctl {

inline const Failure kInvalidFiles{ExitCode::failed, "the configuration has errors; what is in force stays so"};

// What is said of the files, and then the plan. Returns whether the files were good.
bool print_plan(Context& context, const wire::PlanReply& plan);

}  // namespace sup::ctl
