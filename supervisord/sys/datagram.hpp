// Datagram sockets of the Unix family with the credentials of each sender: what sd_notify(3) speaks to.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "sys/unique_fd.hpp"

namespace sup::sys {

inline constexpr std::size_t kDatagramBytes = 4096;  // What is longer is dropped (as systemd does).
inline constexpr std::size_t kDatagramFds = 253;     // SCM_MAX_FD of the kernel: no message has more.

// Where a socket is: an absolute path, or a name that begins with '@' in the abstract namespace, which is seen from any
// root directory but only within one network namespace, and has no permissions.
// A non-blocking socket that tells the credentials of its senders. Whatever was at the path is replaced; the name has
// mode 0600 from birth, and is owned by `owner` if given. Errors: limit for a name that is too long, sys.
[[nodiscard]] Result<UniqueFd> bind_datagram(const std::string& address, std::optional<uid_t> owner);

// Where a socket of bind_datagram() is. Errors: sys.
[[nodiscard]] Result<std::string> datagram_address(const UniqueFd& socket);

struct Datagram {
  std::string bytes;
  pid_t pid = 0;  // Of the sender, as the kernel knows it or as a privileged one says; 0: unknown to us.
  uid_t uid = 0;
  std::vector<UniqueFd> fds;
  bool is_whole = true;  // Neither bytes nor descriptors were cut off.
};
// The next one; nothing when none is waiting. Errors: sys.
[[nodiscard]] Result<std::optional<Datagram>> receive_datagram(const UniqueFd& socket);

// To look at messages in turn while all of them stay where they are (SO_PEEK_OFF), until they are taken unseen. With
// each look come copies of its descriptors, and those in the message stay open. Errors: sys.
[[nodiscard]] Result<> look_from_the_first(const UniqueFd& socket);
[[nodiscard]] Result<std::optional<Datagram>> look_at_datagram(const UniqueFd& socket);
[[nodiscard]] bool is_first_looked_at(const UniqueFd& socket) noexcept;
// Takes as many, the oldest first, and closes what came with them.
void discard_datagrams(const UniqueFd& socket, std::size_t count) noexcept;

// A datagram that is a file: these bytes in memory that nobody can change any more (memfd_create(2), F_ADD_SEALS), and
// nothing beside it, as the journal wants what is too large for a socket. Never waits. Errors: sys.
[[nodiscard]] Result<> send_as_file(const UniqueFd& socket, std::string_view bytes);

}  // namespace sup::sys
