// Checks between the settings of one log.
#pragma once

#include <cstddef>
#include <vector>

#include "spec/check.hpp"
#include "spec/spec_set.hpp"

namespace sup {

// What is in contradiction in how the output of this service is to be written.
[[nodiscard]] std::vector<SpecProblem> check_logs(std::size_t service, const ServiceSpec& spec,
                                                  const DaemonLogSpec& daemon);

// What holds for services that do not say it themselves.
[[nodiscard]] LogFormatDefaults log_defaults(const DaemonLogSpec& daemon);

}  // namespace sup
