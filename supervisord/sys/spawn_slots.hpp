// Low descriptor numbers that are kept for children.
//
// A child with a table of descriptors of its own costs as much as we have descriptors: the kernel copies the table, and
// the child closes the copies, thousands of them where there are thousands of services. So the child shares our table
// at first, and its first step is close_range(2) with CLOSE_RANGE_UNSHARE (Linux 5.9), which copies only what lies
// below the range. For that, what the child needs must lie below everything else: in a slot. Slots are numbers that
// were taken before any other descriptor was opened; each spawning thread has a few of its own, and while they are not
// in use they hold a placeholder, so that nobody else gets their numbers.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <utility>

#include "base/result.hpp"
#include "sys/unique_fd.hpp"

namespace sup::sys {

inline constexpr std::size_t kSpawnThreadsMax = 16;

// Takes the numbers; once, before other descriptors are opened, so that they are low. `threads` of them
// (at most kSpawnThreadsMax) get slots; others, and all without this call, make children with a copy of the whole
// table. Errors: sys.
[[nodiscard]] Result<> reserve_spawn_slots(std::size_t threads);

// The first number above all slots; 0 without any.
[[nodiscard]] int spawn_slots_end() noexcept;

// Descriptors copied to the slots of this thread for as long as this lives.
class SlotLoan {
 public:
  static constexpr std::size_t kSlots = 4;  // For each thread.

  // Replaces each descriptor in `fds` (but negative ones) by its slot. Nothing where this thread has no slots, there
  // are more than kSlots, or the kernel refuses; `fds` are as they were then.
  [[nodiscard]] static std::optional<SlotLoan> take(std::span<int> fds) noexcept;

  SlotLoan(SlotLoan&& other) noexcept : used_(std::exchange(other.used_, kNone)) {}
  SlotLoan& operator=(SlotLoan&&) = delete;
  ~SlotLoan();

 private:
  static constexpr std::array<int, kSlots> kNone{-1, -1, -1, -1};

  SlotLoan() = default;

  std::array<int, kSlots> used_ = kNone;
};

}  // namespace sup::sys
