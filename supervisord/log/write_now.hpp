// Writing without waiting, through descriptors that were inherited: their open file is shared with strangers, so its
// O_NONBLOCK is not ours to set.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sys/unique_fd.hpp"

namespace sup::log {

// What stands between us and the reader; decides how a write is kept from waiting.
enum class Transport : std::uint8_t {
  plain,     // A regular file, /dev/null and the like: nobody has to read. Waits for the disk at most.
  pipe,      // A pipe or fifo.
  socket,    // A socket.
  terminal,  // A terminal, which a person can stop.
};

[[nodiscard]] Transport transport_of(const UniqueFd& file);

struct Written {
  std::size_t bytes = 0;
  int error = 0;  // 0, or EAGAIN: the reader has to read first, or another errno.
};

// Writes a first part of `bytes` and does not wait for a reader. A pipe gets at most PIPE_BUF bytes at once, up to a
// line end where there is one, since these are never torn by another writer of the same pipe. A reader that is gone is
// EPIPE; the thread must have SIGPIPE blocked.
[[nodiscard]] Written write_now(const UniqueFd& file, Transport transport, std::string_view bytes);

}  // namespace sup::log
