// What the command line says of the start: which services take part in it.
#pragma once

#include "base/result.hpp"
#include "daemon/daemon.hpp"
#include "spec/left_out.hpp"
#include "spec/spec_set.hpp"

namespace sup {

// With names instead of patterns. Errors: not_found, invalid.
[[nodiscard]] Result<BootChoice> boot_choice(const SpecSet& set, const DaemonOptions& options);

}  // namespace sup
