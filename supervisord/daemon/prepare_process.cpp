#include "daemon/prepare_process.hpp"

#include <malloc.h>
#include <sys/stat.h>

#include "sys/fd.hpp"
#include "sys/signals.hpp"

namespace sup {

void prepare_process() {
  sys::block_all_signals();
  sys::reset_signal_dispositions();
  (void)sys::open_missing_stdio();  // Without /dev/null there is nothing better than going on.
  ::umask(022);
  // One arena: a second one per thread would cost memory for allocations that are rare. Large buffers (a client's
  // message, a long reply) are mapped, so that they go back to the kernel; glibc would raise the threshold with the
  // first one.
  ::mallopt(M_ARENA_MAX, 1);
  ::mallopt(M_MMAP_THRESHOLD, 64 * 1024);
  ::mallopt(M_TRIM_THRESHOLD, 128 * 1024);
}

}  // namespace sup
