// Completion scripts for shells, generated from the rows. Names of services come live from `ctl __complete services`.
#pragma once

#include <string>

namespace sup::ctl {

[[nodiscard]] std::string bash_completion();
[[nodiscard]] std::string zsh_completion();
[[nodiscard]] std::string fish_completion();

}  // namespace sup::ctl
