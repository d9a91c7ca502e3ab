#include "sys/spawn_slots.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>

#include "base/result.hpp"

namespace sup::sys {

namespace {

// Written once, before there are threads. The numbers need not stand together: our starter may have left some open.
struct Slots {
  int placeholder = -1;
  std::size_t count = 0;
  int end = 0;
  std::array<int, SlotLoan::kSlots * kSpawnThreadsMax> numbers{};
};
Slots slots;

std::atomic<std::size_t> blocks_taken{0};

// The slots of this thread; empty if there were none left for it.
std::span<const int> slots_of_this_thread() noexcept {
  thread_local const std::size_t first = blocks_taken.fetch_add(1, std::memory_order_relaxed) * SlotLoan::kSlots;
  if (first + SlotLoan::kSlots > slots.count) return {};
  return std::span(slots.numbers).subspan(first, SlotLoan::kSlots);
}

}  // namespace

Result<> reserve_spawn_slots(std::size_t threads) {
  UniqueFd file{::open("/", O_PATH | O_CLOEXEC)};
  if (!file.is_open()) return fail_errno(errno, "cannot reserve descriptors for children");
  const std::size_t wanted = std::min(threads, kSpawnThreadsMax) * SlotLoan::kSlots;
  for (std::size_t i = 0; i < wanted; ++i) {
    const int fd = ::fcntl(file.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (fd < 0) return fail_errno(errno, "cannot reserve descriptors for children");
    slots.numbers[i] = fd;
    slots.end = fd + 1;  // The kernel gives the lowest that is free, so they rise.
  }
  slots.placeholder = file.release();
  slots.count = wanted;
  return {};
}

int spawn_slots_end() noexcept { return slots.end; }

std::optional<SlotLoan> SlotLoan::take(std::span<int> fds) noexcept {
  const std::span<const int> mine = slots.count == 0 ? std::span<const int>() : slots_of_this_thread();
  if (mine.size() < fds.size()) return std::nullopt;
  SlotLoan loan;
  for (std::size_t i = 0; i < fds.size(); ++i) {
    if (fds[i] < 0) continue;
    if (::dup3(fds[i], mine[i], O_CLOEXEC) < 0) return std::nullopt;
    loan.used_[i] = mine[i];
  }
  for (std::size_t i = 0; i < fds.size(); ++i)
    if (fds[i] >= 0) fds[i] = mine[i];
  return loan;
}

// Cannot fail: both numbers are open.
SlotLoan::~SlotLoan() {
  for (const int slot : used_)
    if (slot >= 0) (void)::dup3(slots.placeholder, slot, O_CLOEXEC);
}

}  // namespace sup::sys
