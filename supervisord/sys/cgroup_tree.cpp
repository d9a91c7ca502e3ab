#include "sys/cgroup_tree.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "sys/cgroup_file.hpp"
#include "sys/file.hpp"

namespace sup::sys {

namespace {

constexpr const char* kManager = "manager";
constexpr std::size_t kProcCgroupLimit = std::size_t{1} << 16;

// Makes the group or opens the one that is there.
Result<Cgroup> create_or_open(const UniqueFd& parent, const std::string& name) {
  Result<Cgroup> made = Cgroup::create(parent, name);
  if (made || made.error().code != Errc::busy) return made;
  return Cgroup::open(parent, name);
}

bool has(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Nobody else may be there: it would be another supervisord that believes to own the tree.
Result<> move_into(const Cgroup& manager, pid_t companion) {
  const CgroupMembers members = TRY(manager.processes());
  const pid_t own = ::getpid();
  const auto is_other = [&](pid_t pid) { return pid != own && pid != companion; };
  const auto other = std::find_if(members.pids.begin(), members.pids.end(), is_other);
  if (other != members.pids.end())
    return fail(Errc::busy, fmt::format("cannot use cgroup '{}': process {} lives in it", manager.name(), *other));
  if (members.has_foreign)
    return fail(Errc::busy,
                fmt::format("cannot use cgroup '{}': a process of another pid namespace lives in it", manager.name()));
  if (companion != 0) TRY(manager.join(companion));
  return manager.join(0);
}

// Why a controller cannot be had, if it is for a reason that is not to be seen in PLACE.
bool is_held_by_version1(std::string_view controller) {
  const Result<std::string> text = read_file("/proc/self/cgroup", kProcCgroupLimit);
  return text && has(version1_controllers(*text), controller == "io" ? "blkio" : controller);
}

}  // namespace

std::string why_not_offered(const Cgroup& group, std::string_view controller) {
  const Result<std::vector<std::string>> offered = group.controllers();
  if (!offered) return offered.error().what;
  if (has(*offered, controller)) return {};
  return fmt::format("not offered in {}{}", group.name(),
                     is_held_by_version1(controller) ? ": cgroup v1 holds it" : "");
}

std::vector<CgroupController> enable_controllers(std::span<const Cgroup* const> groups,
                                                 std::span<const std::string_view> controllers) {
  std::vector<CgroupController> out;
  for (const std::string_view name : controllers) {
    CgroupController& controller = out.emplace_back(std::string{name}, true, "");
    for (const Cgroup* const group : groups) {
      const Result<> enabled = group->enable_controller(name);
      if (enabled) continue;
      controller.is_enabled = false;
      controller.reason = enabled.error().what;
      break;
    }
  }
  return out;
}

CgroupTree::CgroupTree(Cgroup outer, Cgroup top, Cgroup manager, std::string path, pid_t companion) noexcept
    : outer_(std::move(outer)),
      top_(std::move(top)),
      manager_(std::move(manager)),
      path_(std::move(path)),
      companion_(companion) {}

Result<CgroupTree> CgroupTree::create(CgroupPlace place, const std::string& name, pid_t companion) {
  // Within the mount only: ".." of a mount point leaves it.
  const std::string own_tree = fmt::format("/{}/{}", name, kManager);
  if (is_cgroup_name(name) && ("/" + place.below).ends_with(own_tree))
    return take_over(std::move(place), name, companion);

  std::string path = place.path() + "/" + name;
  Cgroup outer{std::move(place.directory), place.path()};
  Cgroup top = TRY(create_or_open(outer.directory(), name));
  Result<Cgroup> manager = create_or_open(top.directory(), kManager);
  Result<> moved = manager ? move_into(*manager, companion) : Result<>{std::unexpected(manager.error())};
  if (!moved) {
    // Both fail, as they shall, where somebody lives or an earlier life has left groups.
    if (manager) (void)::unlinkat(top.directory().get(), kManager, AT_REMOVEDIR);
    (void)::unlinkat(outer.directory().get(), name.c_str(), AT_REMOVEDIR);
    return std::unexpected(std::move(moved).error());
  }
  return CgroupTree{std::move(outer), std::move(top), std::move(*manager), std::move(path), companion};
}

Result<CgroupTree> CgroupTree::take_over(CgroupPlace manager, const std::string& name, pid_t companion) {
  const auto fail_open = [&](int error_number) {
    return fail_cgroup(error_number, fmt::format("cannot open cgroup '{}'", printable(name, 4096)));
  };
  std::expected<UniqueFd, int> top = open_cgroup_dir(manager.directory.get(), "..");
  if (!top) return fail_open(top.error());
  std::expected<UniqueFd, int> outer = open_cgroup_dir(top->get(), "..");
  if (!outer) return fail_open(outer.error());
  const std::string manager_path = manager.path();
  std::string path = manager_path.substr(0, manager_path.rfind('/'));
  std::string outer_path = path.substr(0, path.rfind('/'));
  return CgroupTree{Cgroup{std::move(*outer), std::move(outer_path)}, Cgroup{std::move(*top), name},
                    Cgroup{std::move(manager.directory), kManager}, std::move(path), companion};
}

Result<Cgroup> CgroupTree::create_group(const std::string& name) const {
  if (name == kManager) return fail(Errc::invalid, "cannot create cgroup 'manager': this is supervisord's own");
  return Cgroup::create(top_.directory(), name);
}

Result<Cgroup> CgroupTree::open_group(const std::string& name) const { return Cgroup::open(top_.directory(), name); }

Result<std::vector<std::string>> CgroupTree::group_names() const {
  std::vector<std::string> names = TRY(top_.children());
  std::erase(names, kManager);
  std::sort(names.begin(), names.end());
  return names;
}

Result<std::vector<std::string>> CgroupTree::available_controllers() const { return outer_.controllers(); }

std::string CgroupTree::why_not_available(std::string_view controller) const {
  return why_not_offered(outer_, controller);
}

std::vector<CgroupController> CgroupTree::enable(std::span<const std::string_view> controllers) {
  const std::vector<std::string> before = outer_.enabled_controllers().value_or(std::vector<std::string>{});
  const std::vector<std::string> offered = outer_.controllers().value_or(std::vector<std::string>{});
  const Cgroup* const groups[] = {&outer_, &top_};
  std::vector<CgroupController> out = enable_controllers(groups, controllers);
  const std::vector<std::string> after = outer_.enabled_controllers().value_or(std::vector<std::string>{});
  for (const std::string& name : after)
    if (!has(before, name)) enabled_in_outer_.push_back(name);
  for (CgroupController& controller : out)
    if (!controller.is_enabled && !has(offered, controller.name) && is_held_by_version1(controller.name))
      controller.reason += ", since a hierarchy of cgroup v1 holds it";
  return out;
}

Result<> CgroupTree::destroy() {
  for (const std::string& name : TRY(group_names())) {
    const Result<Cgroup> group = open_group(name);
    if (group) TRY(group->remove());
  }
  for (const std::string& name : top_.enabled_controllers().value_or(std::vector<std::string>{}))
    TRY(top_.disable_controller(name));
  // Somebody else's group beside ours may use them by now; then the move fails or does not need it.
  for (const std::string& name : std::exchange(enabled_in_outer_, {})) (void)outer_.disable_controller(name);
  if (companion_ != 0) (void)outer_.join(companion_);  // It may have been killed.
  TRY(outer_.join(0));
  TRY(manager_.remove());
  return top_.remove();
}

}  // namespace sup::sys
