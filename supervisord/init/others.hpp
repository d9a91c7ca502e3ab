// Everybody who is left when the command has ended, for a plan that waits for them.
#pragma once

#include <sys/types.h>

#include <optional>

#include "base/time.hpp"
#include "init/plan.hpp"

namespace sup::init {

class Others {
 public:
  Others(const Plan& plan, pid_t command) noexcept;

  [[nodiscard]] bool is_waited_for() const noexcept { return plan_.waits_for_all || plan_.grace; }
  // As PID 1 to everybody in our pid namespace, else to all who descend from us; without /proc to the command's process
  // group alone.
  void signal(int number) const noexcept;

  // The command has ended.
  void begin(bool is_told_to_end) noexcept;
  // Moves them on to their end. Who turns up after a KILL gets it, too.
  void press(bool is_told_to_end) noexcept;
  // How long there is nothing to do for press(); nothing: until something happens.
  [[nodiscard]] std::optional<Duration> patience() const noexcept;
  // They were killed, and waited for long enough: in the kernel (a dead disk) nobody dies.
  [[nodiscard]] bool are_given_up() const noexcept;

 private:
  const Plan& plan_;
  pid_t group_;                      // The command's; 0: it has none of its own.
  std::optional<Instant> deadline_;  // For their end, then for that of the killed.
  bool has_killed_ = false;
};

}  // namespace sup::init
