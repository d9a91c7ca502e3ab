// Containment: by what the processes of a run are known, chosen once at the start. See the setting `containment`.
//
// On every level supervisord is a sub-reaper. A cgroup holds whatever a run starts, wherever that goes within the
// machine; only a process with the right to write in other cgroups can move itself out, and is known by descent then,
// as all are on the second level.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "spec/daemon_spec.hpp"
#include "sys/cgroup_tree.hpp"

namespace sup {

// What becomes of the groups that are there already.
enum class Leftovers : std::uint8_t { end, keep };

class ContainmentTree {
 public:
  // Takes the level that was asked for, or the best that works. With a cgroup, what an earlier life left in ours is
  // killed first, for which the call may block up to kLeftoverPatience. To be called on the main thread while it holds
  // what makes `identity` its own, before there is a child. Errors: those of the level that was asked for.
  // `guard` is that process, which lives with us; 0: there is none.
  static Result<ContainmentTree> choose(Containment wanted, std::string_view identity, pid_t guard = 0,
                                        Leftovers leftovers = Leftovers::end);
  // Ends all groups but these, which are runs that go on.
  void end_all_but(std::span<const std::string> groups);

  // Never automatic.
  [[nodiscard]] Containment level() const { return level_; }
  // Why no better level is used; empty if there is none.
  [[nodiscard]] const std::string& reason() const { return reason_; }
  // The directory of our cgroups, for people; empty without.
  [[nodiscard]] std::string path() const { return tree_ ? tree_->path() : std::string(); }
  // What was found of an earlier life and ended, for the log.
  [[nodiscard]] const std::vector<std::string>& notices() const { return notices_; }

  // A cgroup for a run, or nothing on other levels. Any thread. Errors: those of CgroupTree::create_group.
  [[nodiscard]] Result<std::optional<sys::Cgroup>> create_group(const std::string& name) const;

  // A run's group by its name. Any thread. Errors: not_found, also on other levels.
  [[nodiscard]] Result<sys::Cgroup> open_group(const std::string& name) const;
  // The processes of a run's group. Any thread. Errors: not_found, also on other levels.
  [[nodiscard]] Result<std::vector<pid_t>> processes_in(const std::string& name) const;
  // What could limit a run, and why not if not. Any thread. Empty on other levels.
  struct Controller {
    std::string name;
    bool is_offered = false;  // To our place in the hierarchy.
    bool is_enabled = false;  // For the groups of runs, since a service has wanted it.
    std::string reason;       // Why it is not offered.
  };
  [[nodiscard]] std::vector<Controller> controllers() const;
  // Enables a controller for the groups of all runs, present and coming, if it is not. Only what a service wants is
  // enabled: each costs a little for everybody, and in PLACE it is enabled for whoever lives beside us, too. Returns
  // why it cannot be had; empty: it is there. Any thread.
  [[nodiscard]] std::string provide(std::string_view controller);

  // When nothing runs any more. Says in the log what could not be removed.
  void destroy();

 private:
  static constexpr Duration kLeftoverPatience = std::chrono::seconds{2};

  Containment level_ = Containment::group;
  std::string reason_;
  std::optional<sys::CgroupTree> tree_;
  std::unique_ptr<std::mutex> providing_ = std::make_unique<std::mutex>();  // Enabling is the only change of tree_.
  std::vector<std::string> notices_;
};

}  // namespace sup
