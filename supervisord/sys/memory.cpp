#include "sys/memory.hpp"

#include <link.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <new>
#include <string_view>

#include "base/refusable.hpp"

namespace sup::sys {
namespace {

std::atomic<void*> reserve{nullptr};
std::atomic<bool> is_kept{false};
std::atomic<bool> has_told{false};

void tell_once() noexcept {
  constexpr std::string_view kText =
      "supervisord: out of memory, and the reserve is used up: waits until there is some\n";
  if (!has_told.exchange(true)) (void)!::write(STDERR_FILENO, kText.data(), kText.size());
}

// The new-handler: whoever returns from it is tried again.
void on_refusal() {
  if (is_refusable()) throw std::bad_alloc();
  if (void* spent = reserve.exchange(nullptr)) return std::free(spent);
  tell_once();
  constexpr timespec kPause{.tv_sec = 0, .tv_nsec = 10'000'000};
  (void)::nanosleep(&kPause, nullptr);
}

// What can be written to has been: relocations are in it.
void release_segment(std::uintptr_t base, const ElfW(Phdr) & segment) noexcept {
  if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) return;
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const std::uintptr_t begin = (base + segment.p_vaddr) / page * page;
  const std::uintptr_t end = (base + segment.p_vaddr + segment.p_memsz) / page * page;
  // A refusal (memory that is locked, the kernel's own pages) leaves everything as it was.
  (void)::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);  // NOLINT(performance-no-int-to-ptr)
}

int release_object(dl_phdr_info* object, std::size_t, void*) noexcept {
  for (std::size_t i = 0; i < object->dlpi_phnum; ++i) release_segment(object->dlpi_addr, object->dlpi_phdr[i]);
  return 0;
}

}  // namespace

void keep_memory_reserve() noexcept {
  is_kept = true;
  reserve = std::malloc(kMemoryReserve);
  std::set_new_handler(on_refusal);
}

bool renew_memory_reserve() noexcept {
  if (!is_kept || reserve.load(std::memory_order_relaxed) != nullptr) return false;
  void* again = std::malloc(kMemoryReserve);
  if (again == nullptr) return false;
  reserve = again;
  has_told = false;
  return true;
}

void release_clean_pages() noexcept { (void)::dl_iterate_phdr(release_object, nullptr); }

std::uint64_t machine_memory_bytes() noexcept {
  struct sysinfo told = {};
  return ::sysinfo(&told) == 0 ? std::uint64_t{told.totalram} * told.mem_unit : 0;
}

}  // namespace sup::sys
