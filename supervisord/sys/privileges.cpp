#include "sys/privileges.hpp"

#include <linux/capability.h>
#include <linux/prctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bit>
#include <cstdint>

namespace sup::sys {

namespace {

struct OwnCapabilities {
  std::uint64_t effective = 0;
  std::uint64_t permitted = 0;
};

OwnCapabilities own_capabilities() noexcept {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};
  if (::syscall(SYS_capget, &header, data) < 0) return {};
  return {data[0].effective | std::uint64_t{data[1].effective} << 32,
          data[0].permitted | std::uint64_t{data[1].permitted} << 32};
}

BoundingSet read_bounding_set() noexcept {
  BoundingSet out;
  for (unsigned long number = 0; number < 64; ++number) {
    const int is_held = ::prctl(PR_CAPBSET_READ, number, 0UL, 0UL, 0UL);
    if (is_held < 0) return out;
    out.known |= std::uint64_t{1} << number;
    out.held |= static_cast<std::uint64_t>(is_held) << number;
  }
  return out;
}

}  // namespace

bool has_capability(int number) noexcept { return (own_capabilities().effective >> number & 1) != 0; }

bool has_permitted_capability(int number) noexcept { return (own_capabilities().permitted >> number & 1) != 0; }

int last_capability() noexcept { return static_cast<int>(std::bit_width(bounding_set().known)) - 1; }

const BoundingSet& bounding_set() noexcept {
  static const BoundingSet set = read_bounding_set();
  return set;
}

}  // namespace sup::sys
