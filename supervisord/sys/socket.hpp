// Unix stream sockets: listening safely, who is at the other end, bytes and descriptors.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "sys/unique_fd.hpp"

namespace sup::sys {

inline constexpr std::size_t kSocketPathMax = 107;  // sun_path of 108 bytes with its NUL.
inline constexpr std::size_t kPassedFdsMax = 16;    // Descriptors in one message.

// A listening, non-blocking socket at `path` that has `mode` from birth, whatever the umask: a connect in the first
// microsecond meets the final permissions. Replaces nothing: see prepare_socket_path. Errors: limit for a path longer
// than kSocketPathMax, busy if something is there, sys.
[[nodiscard]] Result<UniqueFd> listen_unix(const std::string& path, mode_t mode = 0600);

// What was at the path of a socket before.
enum class SocketPlace { was_free, was_stale };

// Makes room at `path` for listen_unix: nothing there is fine; a stale socket (nobody listens) is unlinked. Errors:
// busy if somebody listens; invalid for anything that is not a socket, which is left alone; limit; sys. Two starting
// daemons must be kept apart by the instance lock.
[[nodiscard]] Result<SocketPlace> prepare_socket_path(const std::string& path);

// A connected, blocking stream. The error keeps sys_errno: ENOENT (no such socket), ECONNREFUSED (stale), EACCES,
// EAGAIN (the listener's queue is full).
[[nodiscard]] Result<UniqueFd> connect_unix(const std::string& path);

// The next connection, non-blocking; a descriptor that is not open when none is waiting. Errors: limit when we or the
// machine are out of descriptors (the connection keeps waiting), sys.
[[nodiscard]] Result<UniqueFd> accept_connection(const UniqueFd& listener);

struct PeerCredentials {
  pid_t pid = 0;  // For messages only: it may be reused.
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;  // Supplementary; empty where the kernel cannot tell (before 4.13).
};

// Who connected, as of connect(2).
[[nodiscard]] Result<PeerCredentials> peer_credentials(const UniqueFd& connection);

// Two connected, blocking stream sockets.
struct SocketPair {
  UniqueFd ours;
  UniqueFd theirs;
};
[[nodiscard]] Result<SocketPair> make_socket_pair();

enum class IoState : unsigned char {
  ok,           // `bytes` were moved.
  would_block,  // Nothing now.
  closed,       // The peer is gone: end of file, EPIPE or ECONNRESET.
};

struct IoResult {
  IoState state = IoState::ok;
  std::size_t bytes = 0;
};

// Neither ever blocks, whatever the descriptor's flags, nor raises PIPE.
[[nodiscard]] Result<IoResult> receive(const UniqueFd& socket, std::span<char> buffer);
[[nodiscard]] Result<IoResult> send_some(const UniqueFd& socket, std::span<const char> bytes);

// The same with descriptors beside the bytes (SCM_RIGHTS). The descriptors go with the first byte, so they are sent
// only if at least one byte was. Errors of receive: limit if the peer sent more than kPassedFdsMax; those received are
// closed.
[[nodiscard]] Result<IoResult> receive_with_fds(const UniqueFd& socket, std::span<char> buffer,
                                                std::vector<UniqueFd>& fds);
[[nodiscard]] Result<IoResult> send_with_fds(const UniqueFd& socket, std::span<const char> bytes,
                                             std::span<const int> fds);

}  // namespace sup::sys
