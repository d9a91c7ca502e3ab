// One message of sd_notify(3): what a service says of itself. Foreign bytes: everything is checked, nothing trusted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/time.hpp"
#include "spec/service_spec.hpp"

namespace sup::wire {

inline constexpr std::size_t kNotifyTextBytes = 1024;  // Of STATUS; what is longer is cut.

// A name of descriptors, as LISTEN_FDNAMES has it: printable ASCII without ':', at most so long; may be empty.
inline constexpr std::size_t kFdNameBytes = 255;
[[nodiscard]] bool is_fd_name(std::string_view text);

// What the assignments say. Unknown ones, and values that mean nothing, are left out.
struct NotifyMessage {
  bool is_ready = false;
  bool is_reloading = false;
  bool is_stopping = false;
  bool is_alive = false;  // WATCHDOG=1
  bool is_unfit = false;  // WATCHDOG=trigger
  bool resets_restarts = false;
  bool is_barrier = false;             // BARRIER=1 as the only assignment.
  bool has_main_pidfd = false;         // MAINPIDFD=1: the one descriptor names the main process.
  bool stores_fds = false;             // FDSTORE=1: the descriptors are to be kept,
  bool polls_fds = true;               // and without FDPOLL=0 for as long as their other ends are there.
  bool removes_fds = false;            // FDSTOREREMOVE=1: those of this name are not to be kept any more.
  std::optional<std::string> fd_name;  // FDNAME, if it may be one.
  std::optional<std::int32_t> main_pid;
  std::optional<std::uint64_t> main_pidfd_id;  // MAINPIDFDID: the inode of a pidfd of main_pid.
  std::optional<Duration> more_time;
  std::optional<Duration> watchdog;
  std::optional<NotifyAccess> access;
  std::optional<std::string> status;  // One line, valid UTF-8, without control characters; may be empty.
  std::optional<std::int32_t> error_number;
  std::optional<std::string> error_name;  // BUSERROR or VARLINKERROR.
  std::optional<std::int32_t> exit_status;
  friend bool operator==(const NotifyMessage&, const NotifyMessage&) = default;
};

// Why a message was dropped as a whole.
struct NotifyRefusal {
  std::string_view why;
};

// `bytes` is the whole datagram, `fds` how many descriptors came with it.
[[nodiscard]] std::variant<NotifyMessage, NotifyRefusal> parse_notify(std::string_view bytes, std::size_t fds);

}  // namespace sup::wire
