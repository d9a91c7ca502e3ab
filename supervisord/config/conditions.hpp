// Conditions: whether a service is there on this machine and this time.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/layer_keys.hpp"
#include "config/outside.hpp"
#include "spec/spec_set.hpp"

namespace sup {

// Why a service with these keys is not there: `why` and `hint` are set. Nothing: it is.
[[nodiscard]] std::optional<AbsentService> why_absent(std::string_view service, const LayerKeys& keys,
                                                      std::span<const std::string> profiles, Outside& outside);

}  // namespace sup
