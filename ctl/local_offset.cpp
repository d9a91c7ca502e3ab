#include "ctl/local_offset.hpp"

#include <ctime>

namespace sup::ctl {

UtcOffset local_offset(WallTime time) {
  const std::time_t second = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
  std::tm parts{};
  if (::localtime_r(&second, &parts) == nullptr) return {};
  return {static_cast<std::int32_t>(parts.tm_gmtoff), ""};
}

}  // namespace sup::ctl
