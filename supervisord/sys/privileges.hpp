// What this process may do: its capabilities, which are the same in all of its threads.
#pragma once

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

}  // namespace sup::sys
