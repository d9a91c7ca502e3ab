// Linux capabilities (capabilities(7)) by number and name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sup {

// Bit n is capability n. Bits beyond the last one that has a name here are set only in kAll.
struct CapabilitySet {
  static constexpr std::uint64_t kAll = ~std::uint64_t{0};
  std::uint64_t bits = 0;
  [[nodiscard]] constexpr bool has(int number) const { return (bits >> number & 1) != 0; }
  friend bool operator==(CapabilitySet, CapabilitySet) = default;
};

inline constexpr int kLastCapability = 40;  // CAP_CHECKPOINT_RESTORE, Linux 5.9.

// Reads "net-bind-service", "NET_BIND_SERVICE", "cap_net_bind_service". Errors: invalid, with the nearest name.
[[nodiscard]] Result<int> parse_capability(std::string_view text);
// "net-bind-service"; a number for one without a name.
[[nodiscard]] std::string capability_name(int number);

}  // namespace sup
