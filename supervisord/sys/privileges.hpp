// What this process may do: its capabilities, which are the same in all of its threads.
#pragma once

#include <cstdint>

namespace sup::sys {

inline constexpr int kCapSetpcap = 8;
inline constexpr int kCapSysChroot = 18;
inline constexpr int kCapSysResource = 24;

// In the effective set of the calling thread. No for any number if the kernel cannot be asked.
[[nodiscard]] bool has_capability(int number) noexcept;
// In its permitted set.
[[nodiscard]] bool has_permitted_capability(int number) noexcept;
// The greatest number that this kernel knows.
[[nodiscard]] int last_capability() noexcept;

// Bit N is the capability of number N.
struct BoundingSet {
  std::uint64_t known = 0;  // What this kernel has.
  std::uint64_t held = 0;   // What a program started by us could get.
};
// As at the first call: 41 system calls (Linux 6), and nothing in this program changes the answer.
[[nodiscard]] const BoundingSet& bounding_set() noexcept;

}  // namespace sup::sys
