// A library to preload: refuses memory to the program when a test says so.
//
// REFUSE_MEMORY names a file of three 64-bit numbers that the test maps, too: how many allocations were made since the
// test wrote 0 there, how many of them are still to succeed, and how many are to fail after these.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>

extern "C" {
void* __libc_malloc(std::size_t size);                 // NOLINT(bugprone-reserved-identifier)
void* __libc_calloc(std::size_t n, std::size_t size);  // NOLINT(bugprone-reserved-identifier)
void* __libc_realloc(void* old, std::size_t size);     // NOLINT(bugprone-reserved-identifier)
}

namespace {

struct Orders {
  std::atomic<std::int64_t> made;
  std::atomic<std::int64_t> to_succeed;
  std::atomic<std::int64_t> to_fail;
};
std::atomic<Orders*> orders{nullptr};

[[gnu::constructor]] void open_orders() {
  const char* path = std::getenv("REFUSE_MEMORY");
  if (path == nullptr) return;
  const int fd = ::open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  void* memory = ::mmap(nullptr, sizeof(Orders), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  ::close(fd);
  if (memory != MAP_FAILED) orders = static_cast<Orders*>(memory);
}

bool is_refused() {
  Orders* o = orders.load(std::memory_order_relaxed);
  if (o == nullptr) return false;
  const std::int64_t before = o->made.fetch_add(1);
  const std::int64_t first = o->to_succeed.load();
  if (before < first || before >= first + o->to_fail.load()) return false;
  errno = ENOMEM;
  return true;
}

}  // namespace

extern "C" {
void* malloc(std::size_t size) { return is_refused() ? nullptr : __libc_malloc(size); }
void* calloc(std::size_t n, std::size_t size) { return is_refused() ? nullptr : __libc_calloc(n, size); }
void* realloc(void* old, std::size_t size) { return is_refused() ? nullptr : __libc_realloc(old, size); }
}
