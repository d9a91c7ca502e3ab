// How the descriptors of runs are told apart in one epoll set: the instance below, the number of the task above.
#pragma once

#include <cstdint>

#include "base/ids.hpp"

namespace sup {

// Of the main process; tasks count from 1.
[[nodiscard]] constexpr std::uint64_t main_token(InstanceId instance) { return instance.value; }
[[nodiscard]] constexpr std::uint64_t task_token(InstanceId instance, std::uint32_t serial) {
  return std::uint64_t{serial} << 32 | instance.value;
}
[[nodiscard]] constexpr InstanceId instance_of_token(std::uint64_t token) {
  return InstanceId{static_cast<std::uint32_t>(token)};
}
[[nodiscard]] constexpr std::uint32_t serial_of_token(std::uint64_t token) {
  return static_cast<std::uint32_t>(token >> 32);
}
// Of the watch of cgroups.
inline constexpr std::uint64_t kWatchToken = ~std::uint64_t{0};

}  // namespace sup
