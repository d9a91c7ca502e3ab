// Whether this machine has the cgroup controllers that `resources` need.
#pragma once

#include "config/diagnostic.hpp"
#include "config/system_check.hpp"
#include "spec/spec_set.hpp"

namespace sup {

// Warnings: who checks a configuration may live in another group than the supervisord that runs it, but what the whole
// hierarchy does not offer, nobody gets.
void check_controllers(const SpecSet& set, const Locate& locate, Report& report);

}  // namespace sup
