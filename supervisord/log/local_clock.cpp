#include "log/local_clock.hpp"

#include <time.h>

#include <chrono>

namespace sup::log {

UtcOffset local_offset(WallTime time) {
  const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
  std::tm parts{};
  if (::localtime_r(&seconds, &parts) == nullptr) return {};  // A year that a tm cannot hold.
  return {static_cast<std::int32_t>(parts.tm_gmtoff), parts.tm_zone};
}

}  // namespace sup::log
