// Reexec: supervisord goes on as another program (an upgrade, or the way back), or as its own anew, while services run
// on. The guard executes that program in its own place when this manager is gone; before, the program is asked in a
// trial whether it could go on with what is recorded, so one that cannot costs nothing.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>

#include "base/exit_status.hpp"
#include "daemon/supervisor.hpp"
#include "daemon/workers.hpp"
#include "loop/loop.hpp"
#include "sys/signals.hpp"
#include "sys/unique_fd.hpp"

namespace sup {

class Reexec {
 public:
  struct Outcome {
    std::string program;  // Its path.
    std::string version;  // As it says itself,
    std::string trouble;  // or why it does not go on.
  };
  using Done = std::move_only_function<void(const Outcome&)>;

  Reexec(loop::Loop& loop, Workers& workers, Supervisor& supervisor);

  // Without a program: the one that was asked for last, or that supervisord was started with, as it is there now.
  // `done` is called once; if there is no trouble the loop stops soon, and this process is to end by _exit(2). Errors:
  // invalid (there is no guard, or supervisord is shutting down), busy (one is on trial).
  Result<> begin(std::string program, Done done);
  // The same for the program that was asked for last; what becomes of it is said in the log.
  void begin_by_signal(const sys::SignalRecord& record);

  // News of the guard.
  void on_trial(const ExitStatus& status);
  void on_guard_gone();

  // The loop has stopped for that.
  [[nodiscard]] bool is_leaving() const { return is_leaving_; }

 private:
  struct Opened {
    UniqueFd program;
    UniqueFd said;    // What it says in its trial,
    UniqueFd output;  // and where it says it.
    dev_t device = 0;
    ino_t inode = 0;
  };
  static Result<Opened> open(const std::string& program);
  void on_opened(Result<Opened> opened);
  void conclude(std::string version, std::string trouble);

  Workers& workers_;
  Supervisor& supervisor_;
  loop::Timer leave_;
  std::string program_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
  UniqueFd said_;
  std::optional<Done> done_;  // While one is under way.
  bool is_leaving_ = false;
};

// The program as it was called when this process was started: what is found there next time is a newer one, if there is
// one. Empty: that cannot be known any more.
[[nodiscard]] std::string own_program();

// If the guard has gone back from the program that was asked for last to the one before, that is asked for next time.
void leave_bad_program(ManagerRecord& record);

// What a program says in its trial, if it could go on; and what of such words is the version.
[[nodiscard]] std::string trial_text(std::string_view version);
[[nodiscard]] std::string version_in(std::string_view trial_text);

}  // namespace sup
