// Value tree -> JSON. The header of the JSON library stays in the .cpp files that need it.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "config/value.hpp"

namespace sup {

// A date or time, which no setting holds, becomes null.
[[nodiscard]] nlohmann::ordered_json json_of(const Value& value);

}  // namespace sup
