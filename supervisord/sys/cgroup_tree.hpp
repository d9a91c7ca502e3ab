// A sub-tree of our own below the group in which we were started:
//
//     PLACE/               where we were; others may live there
//     PLACE/NAME/          ours; holds no process, so that controllers can be enabled below it
//     PLACE/NAME/manager/  this process
//     PLACE/NAME/GROUP/    one per run
//
// The kernel lets a group have either processes or controllers for its children ("no internal processes"), therefore we
// move into a leaf.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "sys/cgroup.hpp"
#include "sys/cgroup_place.hpp"

namespace sup::sys {

// What became of a controller that was asked for.
struct CgroupController {
  std::string name;
  bool is_enabled = false;
  std::string reason;  // Why not; empty if it is.
};

// Enables each controller in each of the groups, which go from the outside to the inside. Ends for a controller at the
// first group that refuses it.
[[nodiscard]] std::vector<CgroupController> enable_controllers(std::span<const Cgroup* const> groups,
                                                               std::span<const std::string_view> controllers);

// Why a controller cannot be enabled below this group, as far as that can be told beforehand; empty: it is offered
// there. For people: "not offered in /sys/fs/cgroup/unified: cgroup v1 holds it".
[[nodiscard]] std::string why_not_offered(const Cgroup& group, std::string_view controller);

class CgroupTree {
 public:
  // Makes the sub-tree, or takes over one that an earlier life left, and moves this process with all its threads into
  // its manager/. Call it before the first child is made: children that exist stay where they are. If `place` already
  // is that manager/ (after re-execution), its tree is taken over. `name` is unique per supervisord and the same in
  // each of its lives; the caller derives it and holds a lock on what it was derived from. After a failure everything
  // is as before. `companion` is a process of ours that lives where we do and goes with us, here and in destroy(); 0:
  // there is none. Errors: those of Cgroup; busy when somebody else lives in manager/.
  [[nodiscard]] static Result<CgroupTree> create(CgroupPlace place, const std::string& name, pid_t companion = 0);

  // "/sys/fs/cgroup/unified/supervisord-1", for people.
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  // PLACE, NAME and manager as groups, for their knobs and states.
  [[nodiscard]] const Cgroup& outer() const noexcept { return outer_; }
  [[nodiscard]] const Cgroup& top() const noexcept { return top_; }
  [[nodiscard]] const Cgroup& manager() const noexcept { return manager_; }

  // A group for a run. Errors: those of Cgroup::create; invalid for "manager".
  [[nodiscard]] Result<Cgroup> create_group(const std::string& name) const;
  [[nodiscard]] Result<Cgroup> open_group(const std::string& name) const;
  // The names of all groups but manager/, in order. Right after create() these are what an earlier life left.
  [[nodiscard]] Result<std::vector<std::string>> group_names() const;

  // What PLACE could give us, whether it is enabled or not.
  [[nodiscard]] Result<std::vector<std::string>> available_controllers() const;
  // As why_not_offered(), of PLACE.
  [[nodiscard]] std::string why_not_available(std::string_view controller) const;
  // Enables these controllers for the groups of runs: in PLACE, then in NAME. Each answer has its own reason: held by a
  // hierarchy of version 1, not offered to PLACE, other processes live in PLACE, denied.
  [[nodiscard]] std::vector<CgroupController> enable(std::span<const std::string_view> controllers);

  // Removes the groups that are left, disables in PLACE what enable() enabled there, moves this process back to PLACE
  // and removes the tree. Ends at the first failure and may be called again. Errors: busy while somebody lives in a
  // group.
  [[nodiscard]] Result<> destroy();

 private:
  [[nodiscard]] static Result<CgroupTree> take_over(CgroupPlace manager, const std::string& name, pid_t companion);
  CgroupTree(Cgroup outer, Cgroup top, Cgroup manager, std::string path, pid_t companion) noexcept;
  Cgroup outer_;
  Cgroup top_;
  Cgroup manager_;
  std::string path_;
  pid_t companion_;
  std::vector<std::string> enabled_in_outer_;  // By us; others were enabled before.
};

}  // namespace sup::sys
