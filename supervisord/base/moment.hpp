// Moments as people write them. No clock and no zone database: both are handed in.
#pragma once

#include <functional>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "base/time_text.hpp"

namespace sup {

// "10m" (so long before `now`), "now", "today", "yesterday" (the beginning of the day), "14:30", "14:30:05",
// "2026-11-29", "2026-11-29 10:00", "2026-11-29T10:00:00.5", each also with Z or +01:00 behind it, and "@1795946400".
// Without a zone it is the clock on the wall's, which `offset_at` tells. Errors: invalid, with the column and what
// would be right.
[[nodiscard]] Result<WallTime> parse_moment(std::string_view text, WallTime now,
                                            const std::function<UtcOffset(WallTime)>& offset_at);

}  // namespace sup
