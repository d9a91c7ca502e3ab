// The guard's end of its socket: what a manager says, and what it is told.
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "guard/keeper.hpp"
#include "sys/clock.hpp"

namespace sup::guard {
namespace {

constexpr Duration kLeavePatience = std::chrono::seconds(2);

int answering = -1;  // Where refusals go; they are lost if the manager does not read.

void close_unused(int fd) noexcept { (void)::close(fd); }

void refuse(int error_number, std::string_view names) noexcept {
  char bytes[1 + sizeof error_number + kMessageBytes];
  bytes[0] = static_cast<char>(Kind::refused);
  std::memcpy(bytes + 1, &error_number, sizeof error_number);
  std::memcpy(bytes + 1 + sizeof error_number, names.data(), names.size());
  (void)::send(answering, bytes, 1 + sizeof error_number + names.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

// The descriptors that came with a message; the kernel lets no more than this come with one.
constexpr std::size_t kMostRights = 253;
std::size_t read_rights(msghdr& message, int (&fds)[kMostRights]) noexcept {
  std::size_t count = 0;
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t bytes = part->cmsg_len - CMSG_LEN(0);
    if (count * sizeof(int) + bytes > sizeof fds) continue;
    std::memcpy(fds + count, CMSG_DATA(part), bytes);
    count += bytes / sizeof(int);
  }
  return count;
}

}  // namespace

// A bounded number, so that a manager which never ceases does not keep us from the rest.
void Keeper::take_messages() noexcept {
  constexpr int kMost = 256;
  for (int i = 0; i < kMost && take_message(); ++i) {
  }
}

// False: there is none now.
bool Keeper::take_message() noexcept {
  char bytes[kMessageBytes];
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * kMostRights)];
  iovec place{bytes, sizeof bytes};
  msghdr message{};
  message.msg_iov = &place;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  const ssize_t got = ::recvmsg(socket_, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  // ECONNRESET: it died without reading what it was told. What it said before comes now.
  if (got < 0) return errno == EINTR || errno == ECONNRESET;
  int fds[kMostRights];
  const std::size_t count = read_rights(message, fds);
  if (got == 0) hang_up();
  const bool is_cut = (message.msg_flags & MSG_TRUNC) != 0;
  answering = socket_;
  state_.take({bytes, is_cut ? 0 : static_cast<std::size_t>(got)}, {fds, count}, close_unused, refuse);
  if (state_.is_on_trial) try_next();
  if (state_.goodbye) leave_at_ = sys::monotonic_now() + kLeavePatience;
  return got > 0;
}

void Keeper::tell() noexcept {
  constexpr std::size_t kMost = (kMessageBytes - 1 - sizeof(std::uint64_t)) / sizeof(Ended);
  is_choked_ = false;
  while (socket_ >= 0 && state_.journal.untold() > 0) {
    char bytes[kMessageBytes];
    const std::uint64_t first = state_.journal.first_untold();
    const std::size_t count = state_.journal.untold() < kMost ? state_.journal.untold() : kMost;
    bytes[0] = static_cast<char>(Kind::exits);
    std::memcpy(bytes + 1, &first, sizeof first);
    for (std::size_t i = 0; i < count; ++i) {
      const Ended& ended = state_.journal.at(static_cast<std::size_t>(first - state_.journal.first()) + i);
      std::memcpy(bytes + 1 + sizeof first + i * sizeof ended, &ended, sizeof ended);
    }
    const std::size_t size = 1 + sizeof first + count * sizeof(Ended);
    is_choked_ = ::send(socket_, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL) < 0;
    if (is_choked_) return;
    state_.journal.tell(count);
  }
}

void Keeper::hang_up() noexcept {
  if (socket_ >= 0) (void)::close(socket_);
  socket_ = -1;
  is_choked_ = false;
}

}  // namespace sup::guard
