#include "sys/random.hpp"

#include <sys/random.h>

#include <cerrno>

#ifndef GRND_INSECURE
#define GRND_INSECURE 0x0004  // Linux 5.6; older headers.
#endif

namespace sup::sys {

Result<> fill_random(std::span<std::byte> out) {
  unsigned flags = GRND_NONBLOCK;
  while (!out.empty()) {
    const ssize_t got = ::getrandom(out.data(), out.size(), flags);
    if (got > 0) {
      out = out.subspan(static_cast<std::size_t>(got));
    } else if (errno == EAGAIN) {
      flags = GRND_INSECURE;
    } else if (errno == EINVAL && flags == GRND_INSECURE) {
      flags = 0;  // Before Linux 5.6 there is no third way: wait for the pool.
    } else if (errno != EINTR) {
      return fail_errno(errno, "cannot get random bytes");
    }
  }
  return {};
}

Result<std::uint64_t> random_u64() {
  std::uint64_t value = 0;
  TRY(fill_random(std::as_writable_bytes(std::span{&value, 1})));
  return value;
}

Result<InvocationId> random_invocation_id() {
  InvocationId id;
  TRY(fill_random(std::as_writable_bytes(std::span{id.bytes})));
  return id;
}

}  // namespace sup::sys
