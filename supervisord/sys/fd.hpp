// Descriptors: making, copying, marking. Every one is close-on-exec from birth.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/result.hpp"
#include "sys/unique_fd.hpp"

namespace sup::sys {

struct Pipe {
  UniqueFd read_end;
  UniqueFd write_end;
};

// Both ends block; set_nonblocking() marks the end that a loop reads.
[[nodiscard]] Result<Pipe> make_pipe();
// Asks for `bytes` of buffer and returns what the kernel gave (F_SETPIPE_SZ; at most fs.pipe-max-size without
// privilege).
[[nodiscard]] Result<std::size_t> set_pipe_size(const UniqueFd& pipe_end, std::size_t bytes);

// A counter to wake another thread's loop with; non-blocking.
[[nodiscard]] Result<UniqueFd> make_eventfd();
// Adds one to the counter. Cannot fail but by a wrong descriptor.
void notify_eventfd(const UniqueFd& eventfd) noexcept;
// Takes the counter back to zero and returns what it was; 0 if nobody notified.
std::uint64_t drain_eventfd(const UniqueFd& eventfd) noexcept;

[[nodiscard]] Result<> set_nonblocking(const UniqueFd& fd);

// A second descriptor of the same open file, numbered 3 or more: so that a daemon which was started without
// descriptors 0 to 2 never hands one of its own files to a library that writes to "stderr".
[[nodiscard]] Result<UniqueFd> dup_cloexec_above_stdio(int fd);
// Puts /dev/null on each of 0, 1, 2 which is closed. Called once, first thing in main.
[[nodiscard]] Result<> open_missing_stdio();

}  // namespace sup::sys
