// Reading JSON from somebody else: bounded in depth, valid UTF-8, no exceptions.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "base/result.hpp"

namespace sup::wire {

// Parses one JSON text of at most kMaxJsonDepth levels. The bound is checked before anything is built. Errors:
// protocol, limit.
[[nodiscard]] Result<nlohmann::json> parse_json(std::string_view text);

}  // namespace sup::wire
