// Resumption: what an earlier manager has left with the guard. Each thing is taken once.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/exit_status.hpp"
#include "base/ids.hpp"
#include "daemon/launch_table.hpp"
#include "guard/holder.hpp"
#include "sys/process.hpp"

namespace sup {

class Resumption {
 public:
  // `world` as the guard told it; ends up to `confirmed` were recorded by an earlier manager.
  Resumption(guard::World world, pid_t guard) : world_(std::move(world)), guard_(guard) {}

  // Those that were acted upon do not count any more.
  void forget_ends(std::uint64_t confirmed);
  void add_launches(std::vector<LaunchTable::Slot> slots) { slots_ = std::move(slots); }

  // What was held under this name; not open: nothing.
  [[nodiscard]] UniqueFd take(std::string_view name);
  // Who was made for this launch; 0: nobody was.
  [[nodiscard]] pid_t launched(RunId run, std::uint32_t serial) const;
  // Its place, if it has one: it is known as long as that is kept.
  [[nodiscard]] std::optional<LaunchTable::Slot> take_launch(RunId run, std::uint32_t serial);

  // A process that was the child of the earlier manager, and so is the guard's now: either a reference, or how it has
  // ended. If that cannot be told (the guard has not answered) it is given as lost.
  struct Found {
    sys::ProcessRef process;
    std::optional<ExitStatus> ended;
    bool is_lost = false;
  };
  [[nodiscard]] Found find(pid_t pid);

  // What nobody has taken.
  [[nodiscard]] std::vector<guard::Exit> take_ends() { return std::exchange(world_.exits, {}); }
  [[nodiscard]] std::vector<LaunchTable::Slot> take_launches() { return std::exchange(slots_, {}); }
  [[nodiscard]] const std::vector<guard::NamedFd>& rest() const { return world_.descriptors; }

  [[nodiscard]] const guard::World& world() const { return world_; }
  [[nodiscard]] pid_t guard() const { return guard_; }

 private:
  [[nodiscard]] std::optional<ExitStatus> end_of(pid_t pid);
  [[nodiscard]] bool hear_ends();

  guard::World world_;
  pid_t guard_;
  std::vector<LaunchTable::Slot> slots_;
};

}  // namespace sup
