// The memory of this machine; of this process what is not needed any more, and what is to be had when the system
// refuses more.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sup::sys {

// Unmaps the pages of code and constants of this program and of its libraries. What is used again comes back from the
// page cache at the next touch (a minor fault, some 64 KiB at a time), so this gives back what only the start needed:
// parsing of options and files, the initialisation of libraries. Source: madvise(2), MADV_DONTNEED on a private mapping
// of a file that nobody has written to.
void release_clean_pages() noexcept;

// From now on operator new throws in Refusable scopes alone (base/refusable.hpp). Elsewhere it spends the reserve, and
// when that is gone it says so on standard error once and waits until it is given memory: no process is lost by
// that, none is started twice, and the services go on. For all threads, for good.
void keep_memory_reserve() noexcept;
// Address space, not memory: nothing touches it.
inline constexpr std::size_t kMemoryReserve = std::size_t{256} << 10;

// Takes a spent reserve anew, if that is possible. True: it had been spent, and is there again.
[[nodiscard]] bool renew_memory_reserve() noexcept;

// All RAM that the kernel has (sysinfo(2)); a container sees its host's.
[[nodiscard]] std::uint64_t machine_memory_bytes() noexcept;

}  // namespace sup::sys
