// Checks between the settings of `resources`.
#pragma once

#include <vector>

#include "spec/check.hpp"

namespace sup {

[[nodiscard]] std::vector<SpecProblem> check_resources(std::size_t service, const ResourcesSpec& spec);

}  // namespace sup
