// What a manager records beside its engine, for the one that comes after it. Their rows are in manager_rows.hpp.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/power.hpp"
#include "daemon/history.hpp"
#include "spec/fields.hpp"
#include "spec/spec_set.hpp"

namespace sup {

// What is true of the whole manager.
struct ManagerRecord {
  std::string version;      // Of the program that wrote it.
  std::string runtime_dir;  // As in Places,
  std::string socket;       // likewise,
  std::string identity;     // likewise.
  Containment containment = Containment::group;
  Instant started_at;       // The first manager.
  std::uint32_t asks = 0;   // So many asks for its end it has taken from the guard,
  std::uint64_t exits = 0;  // and the ends up to this sequence.
  std::uint64_t last_change = 0;
  std::string program;               // Where `ctl reexec` looks for it;
  std::string program_before;        // where it had looked before the last time,
  std::uint64_t program_device = 0;  // and which file it found then.
  std::uint64_t program_inode = 0;
  bool is_terminal_free = false;          // As in DaemonOptions.
  PowerAction power = PowerAction::none;  // What becomes of the machine in the end.
  std::vector<std::string> coming;        // Who was stopped only to be begun anew by another definition.
  std::optional<Instant> confirm_by;      // When supervisord goes back to the configuration before;
  std::vector<std::string> tried;         // the services that the one on trial touches;
  std::vector<std::string> were_up;       // the instances of those that were to be up before;
  bool is_tried_in_place = false;         // whether nothing was restarted for it;
  std::uint32_t tried_at_a_time = 0;      // and how many of a service at a time; 0: all.
  friend bool operator==(const ManagerRecord&, const ManagerRecord&) = default;
};

// One text of the configuration that is in force.
struct ConfigTextRecord {
  std::string name;
  std::string text;
  std::uint32_t kind = 0;  // ConfigKind.
};

// A service that no file defines.
struct TransientRecord {
  std::string name;
  std::string toml;
  Transience transience = Transience::until_stopped;
  std::uint32_t instances = 1;
};

// By what an instance lives that has not taken the newest definition of its service yet.
struct FormerRecord {
  std::string instance;  // Its name with its number.
  std::string toml;
  std::vector<std::string> secrets;  // NamedService::secrets.
};

// What `ctl set` has changed of a service.
struct OverridesRecord {
  std::string service;
  std::vector<std::string> settings;  // "resources.memory-max = "1GiB"".
};

// One command of a run beside its main process.
struct TaskRecord {
  std::uint32_t serial = 0;
  TaskKind kind = TaskKind::pre_start;
  std::uint16_t index = 0;
  bool is_asked = false;  // Somebody's command, or a probe: nobody waits for it any more.
  std::string name;       // "pre-start.1", also of its group.
  pid_t pid = 0;          // 0: it is being made; the table of launches knows more.
  bool is_over = false;   // Its process has ended; what that has left is being killed.
  ExitStatus status;
  std::string failure;
  bool is_doomed = false;
  friend bool operator==(const TaskRecord&, const TaskRecord&) = default;
};

// One run. Its key is its number.
struct RunRecord {
  std::string instance;  // Its name when the run began.
  InvocationId invocation;
  WallTime begun_at{};
  pid_t main = 0;  // 0: it has none yet, or is being made.
  pid_t main_group = 0;
  bool main_is_gone = true;
  ExitStatus status;
  std::string notify;  // Where it says what it has to say; empty: nowhere.
  uid_t notify_owner = 0;
  std::string notify_status;
  pid_t next_main = 0;
  bool is_over = false;
  bool is_doomed = false;
  Instant doomed_since;
  std::uint32_t told = 0;  // The serial of the last signal that was sent.
  std::uint32_t last_task = 0;
  std::vector<TaskRecord> tasks;
  friend bool operator==(const RunRecord&, const RunRecord&) = default;
};

// What a run, or a task of it, has left in its pipes when it was over, as long as the log may not have read it.
struct LeftOutputRecord {
  std::string instance;
  InvocationId invocation;
  RunId run;
  std::uint32_t serial = 0;
  pid_t main = 0;
};

// A descriptor that a service has stored. The guard holds it under its number.
struct StoredFdRecord {
  std::uint64_t number = 0;
  std::string name;
  bool is_watched = true;
  friend bool operator==(const StoredFdRecord&, const StoredFdRecord&) = default;
};

// All that an instance has stored, in order.
struct FdStoreRecord {
  std::string instance;  // Its name with its number.
  std::vector<StoredFdRecord> fds;
};

// A command that is told of events.
struct EventHookRecord {
  std::string name;
  std::uint64_t seen = 0;     // Events up to here are done, or dropped, or none of its own;
  std::uint64_t current = 0;  // but for this one, which it is being told of (0: none).
  std::uint64_t done = 0;
  std::uint64_t failed = 0;
  std::uint64_t dropped = 0;
  std::uint64_t missed = 0;  // Of the dropped, those that nobody was told about.
  std::string last_failure;
  pid_t pid = 0;  // 0: it has no process, or that is being made.
};

// One entry of the history; its key is its number within those that are kept.
struct HappeningRecord {
  std::uint64_t sequence = 0;
  WallTime time{};
  Happening kind = Happening::state;
  std::string instance;  // Its name.
  RunId run{};
  State from = State::stopped;
  State to = State::stopped;
  Health health_from = Health::unknown;
  Health health_to = Health::unknown;
  std::int32_t pid = 0;
  std::string row;
  std::string cause;
  std::optional<ExitStatus> status;
  std::vector<std::string> words;
#ifdef SUP_RECORDS_OF_TOMORROW  // For the test of an upgrade to a program that records more than this one, and back.
  std::string tomorrow = "unknown today";
#endif
};

}  // namespace sup
