#include "sys/memory.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

// Set by the linker, see end(3): the begin of the first segment, and the end of the code.
extern "C" const char __executable_start;  // NOLINT(bugprone-reserved-identifier)
extern "C" const char etext;

namespace sup::sys {

void release_code_pages() noexcept {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<std::uintptr_t>(&__executable_start) / page * page;
  const auto end = reinterpret_cast<std::uintptr_t>(&etext) / page * page;
  // A refusal (memory that is locked) leaves everything as it was.
  (void)::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);  // NOLINT(performance-no-int-to-ptr)
}

}  // namespace sup::sys
