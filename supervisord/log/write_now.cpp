#include "log/write_now.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <iterator>

namespace sup::log {
namespace {

// A terminal that is writable has room for 256 bytes in its buffer (include/linux/tty_buffer.h rounds to that), but
// only for one piece: a control character is a piece of its own, and waits when the piece before it took the last
// buffer.
constexpr std::size_t kTerminalChunk = 128;

std::string_view terminal_piece(std::string_view bytes) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  const auto end = std::find_if(bytes.begin(), bytes.begin() + std::ssize(bytes.substr(0, kTerminalChunk)), is_control);
  return bytes.substr(0, std::max<std::size_t>(1, static_cast<std::size_t>(end - bytes.begin())));
}

// Whole lines of at most `limit` bytes; `limit` bytes if the first line is longer.
std::string_view whole_lines(std::string_view bytes, std::size_t limit) {
  if (bytes.size() <= limit) return bytes;
  const std::size_t last_end = bytes.rfind('\n', limit - 1);
  return bytes.substr(0, last_end == std::string_view::npos ? limit : last_end + 1);
}

Written outcome(ssize_t result) {
  if (result >= 0) return {static_cast<std::size_t>(result), 0};
  return {0, errno == EINTR ? EAGAIN : errno};
}

// For what has no per-call "do not wait": asks first. A reader that is gone makes it writable too, and the write fails.
Written write_if_writable(int fd, std::string_view bytes) {
  pollfd poll_fd{.fd = fd, .events = POLLOUT, .revents = 0};
  if (::poll(&poll_fd, 1, 0) <= 0) return {0, EAGAIN};
  return outcome(::write(fd, bytes.data(), bytes.size()));
}

// Pipes know RWF_NOWAIT since Linux 6.5. Before that a full PIPE_BUF fits whenever poll(2) says "writable", unless
// another process which shares the pipe is quicker.
Written write_pipe(int fd, std::string_view bytes) {
  iovec part{.iov_base = const_cast<char*>(bytes.data()), .iov_len = bytes.size()};
  const Written written = outcome(::pwritev2(fd, &part, 1, -1, RWF_NOWAIT));
  if (written.error != EOPNOTSUPP && written.error != ENOSYS && written.error != EINVAL) return written;
  return write_if_writable(fd, bytes);
}

}  // namespace

Transport transport_of(const UniqueFd& file) {
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) return Transport::plain;  // The first write says what is wrong.
  if (S_ISFIFO(status.st_mode)) return Transport::pipe;
  if (S_ISSOCK(status.st_mode)) return Transport::socket;
  return S_ISCHR(status.st_mode) && ::isatty(file.get()) == 1 ? Transport::terminal : Transport::plain;
}

Written write_now(const UniqueFd& file, Transport transport, std::string_view bytes) {
  switch (transport) {
    case Transport::plain: return outcome(::write(file.get(), bytes.data(), bytes.size()));
    case Transport::pipe: return write_pipe(file.get(), whole_lines(bytes, PIPE_BUF));
    case Transport::socket: return outcome(::send(file.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL));
    case Transport::terminal: return write_if_writable(file.get(), terminal_piece(bytes));
  }
  return {0, EBADF};
}

}  // namespace sup::log
