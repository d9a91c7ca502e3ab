// What supervisord needs of the disk, and how it goes on where it gets none of that.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "daemon/resumption.hpp"
#include "daemon/state_records.hpp"
#include "spec/daemon_spec.hpp"
#include "spec/log_spec.hpp"
#include "sys/lock.hpp"
#include "sys/socket.hpp"

namespace sup {

// The run-time directory, the lock in it, and the path of the socket. A place that was asked for and cannot be had is
// an error. Of the default ones nothing depends on but ctl: in a container with a read-only root, without /run, or for
// a user without a home, supervisord does without, and says so.
struct Places {
  std::string runtime_dir;  // Empty: none.
  std::string socket;       // Empty: none.
  std::string identity;     // What no other supervisord has that could run at the same time.
  sys::SocketPlace before = sys::SocketPlace::was_free;  // What was at the socket's path.
  std::optional<sys::InstanceLock> lock;
  UniqueFd listener;                 // Of the socket, if an earlier manager has made it.
  std::vector<std::string> notices;  // What is done without, and why.
};

// Errors: busy if another supervisord has them; of places that were asked for all others.
[[nodiscard]] Result<Places> take_places(const DaemonSpec& spec);

// Those of an earlier manager. Errors: as take_places, if it has left no lock.
[[nodiscard]] Result<Places> resume_places(StateRecords& records, Resumption& left);

// Whether log files can be made in the directory that has them: the default one is tried. Errors: sys, denied.
[[nodiscard]] Result<> can_log_to_files(const DaemonSpec& spec);

// Where services log that do not say it: standard output if that was asked for, for PID 1, and where nobody chose a
// directory and the default one could not be written to.
[[nodiscard]] LogTo services_log_to(const DaemonSpec& spec);

}  // namespace sup
