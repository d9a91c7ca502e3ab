// Checks between logs: which of them are written to one file, and whether they may be.
#pragma once

#include <string_view>
#include <vector>

#include "spec/check.hpp"
#include "spec/spec_set.hpp"

namespace sup {

// Services may write to one file where each of them names it and all say the same of it: the file is rotated, owned and
// held up as one. Everything else with one path is a mistake: two logs of one service, a path that is the default of
// somebody else, and supervisord's own log.
[[nodiscard]] std::vector<SpecProblem> check_log_files(const SpecSet& set, std::string_view log_dir);

}  // namespace sup
