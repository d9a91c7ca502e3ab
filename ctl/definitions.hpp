// Configuration files that ctl writes: checked with all others before anything is there.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "config/load.hpp"
#include "ctl/context.hpp"

namespace sup::ctl {

// The files and directories of --config; else those of the supervisord that answers; else none: where one looks.
[[nodiscard]] std::vector<std::string> config_in_use(Context& context);

// What a configuration would be with this file in it, or with this text in the place of its own. The files are read
// anew; the machine is not asked.
[[nodiscard]] Loaded load_with(std::span<const std::string> paths, ConfigFile file);
// The files that a service is made of, the lowest layer first.
[[nodiscard]] std::vector<std::string> files_of(const SpecSet& set, const NamedService& service);
// All that is wrong with a configuration, on standard error.
void print_diagnostics(Context& context, const Loaded& loaded);

}  // namespace sup::ctl
