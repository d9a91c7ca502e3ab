#include "sys/privileges.hpp"

#include <linux/capability.h>
#include <linux/prctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

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

}  // namespace

bool has_capability(int number) noexcept { return (own_capabilities().effective >> number & 1) != 0; }

bool has_permitted_capability(int number) noexcept { return (own_capabilities().permitted >> number & 1) != 0; }

int last_capability() noexcept {
  int last = -1;
  while (::prctl(PR_CAPBSET_READ, static_cast<unsigned long>(last + 1), 0UL, 0UL, 0UL) >= 0) ++last;
  return last;
}

}  // namespace sup::sys
