// What the setting `instances` comes to on this machine.
#pragma once

#include <cstdint>

#include "base/result.hpp"
#include "config/paths.hpp"
#include "spec/service_spec.hpp"

namespace sup {

// From 1 to kMaxInstances. Errors: invalid, for a variable that is not set or says no such number.
[[nodiscard]] Result<std::uint32_t> instances_of(const InstanceCount& count, const EnvLookup& env);

}  // namespace sup
