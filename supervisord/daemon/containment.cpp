#include "daemon/containment.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <cstdint>

#include "base/check.hpp"
#include "base/hash.hpp"
#include "daemon/say.hpp"
#include "sys/cgroup_watch.hpp"
#include "sys/clock.hpp"
#include "sys/process_tree.hpp"

namespace sup {
namespace {

constexpr std::string_view kControllers[] = {"cpu", "memory", "pids", "io", "cpuset"};

// The same directory gives the same name in each life.
std::string tree_name(std::string_view identity) { return fmt::format("supervisord-{:08x}", fnv1a_32(identity)); }

Result<sys::CgroupTree> make_tree(std::string_view identity, pid_t guard) {
  return sys::CgroupTree::create(TRY(sys::find_cgroup_place()), tree_name(identity), guard);
}

// Until cgroups change, at most until `deadline`; without inotify for a moment.
void wait_for_change(Result<sys::CgroupWatch>& watch, Instant deadline) {
  constexpr std::chrono::milliseconds kMoment{10};
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - sys::monotonic_now());
  if (left.count() <= 0) return;
  if (!watch) return void(::poll(nullptr, 0, static_cast<int>(std::min(left, kMoment).count())));
  pollfd waited{watch->fd().get(), POLLIN, 0};
  (void)::poll(&waited, 1, static_cast<int>(left.count()));
  (void)watch->read();
}

}  // namespace

Result<ContainmentTree> ContainmentTree::choose(Containment wanted, std::string_view identity, pid_t guard,
                                                Leftovers leftovers) {
  ContainmentTree out;
  if (wanted == Containment::automatic || wanted == Containment::cgroup) {
    auto tree = make_tree(identity, guard);
    if (tree) {
      out.level_ = Containment::cgroup;
      out.tree_ = std::move(*tree);
      if (leftovers == Leftovers::end) out.end_all_but({});
      return out;
    }
    if (wanted == Containment::cgroup) return std::unexpected(std::move(tree).error().wrap("containment: cgroup"));
    out.reason_ = "no cgroups: " + tree.error().what;
  } else {
    out.reason_ = fmt::format("containment = \"{}\" was asked for", enum_name(wanted));
  }
  if (wanted != Containment::group) {
    const auto orphans = sys::Orphans::open();
    out.level_ = orphans ? Containment::descent : Containment::group;
    if (orphans) return out;
    if (wanted == Containment::descent) return std::unexpected(Error(orphans.error()).wrap("containment: descent"));
    out.reason_ += "; no descent: " + orphans.error().what;
  }
  return out;
}

// A run that nobody supervises any more would be started a second time beside itself.
void ContainmentTree::end_all_but(std::span<const std::string> groups) {
  if (!tree_) return;
  const auto names = tree_->group_names();
  auto watch = sys::CgroupWatch::create();
  if (!names) return;
  const Instant deadline = sys::monotonic_now() + kLeftoverPatience;
  for (std::size_t i = 0; i < names->size(); ++i) {
    if (std::ranges::find(groups, (*names)[i]) != groups.end()) continue;
    auto group = tree_->open_group((*names)[i]);
    if (!group) continue;
    const auto members = group->processes();
    if (members && !members->pids.empty())
      notices_.push_back(
          fmt::format("an earlier supervisord left {} of {} alive: killed",
                      members->pids.size() == 1 ? "a process" : fmt::format("{} processes", members->pids.size()),
                      (*names)[i].substr(0, (*names)[i].rfind('.'))));  // The service, without the mark of its run.
    if (watch) (void)watch->add(*group, i);
    (void)group->kill();
    while (!group->remove() && sys::monotonic_now() < deadline) wait_for_change(watch, deadline);
    if (watch) watch->remove(i);
  }
}

Result<std::optional<sys::Cgroup>> ContainmentTree::create_group(const std::string& name) const {
  if (!tree_) return std::nullopt;
  return std::optional<sys::Cgroup>(TRY(tree_->create_group(name)));
}

Result<sys::Cgroup> ContainmentTree::open_group(const std::string& name) const {
  if (!tree_) return fail(Errc::not_found, "there are no cgroups");
  return tree_->open_group(name);
}

Result<std::vector<pid_t>> ContainmentTree::processes_in(const std::string& name) const {
  const sys::Cgroup group = TRY(open_group(name));
  return TRY(group.processes()).pids;
}

std::string ContainmentTree::provide(std::string_view controller) {
  if (!tree_) return reason_;
  const std::scoped_lock lock(*providing_);
  const auto enabled = tree_->top().enabled_controllers();
  if (enabled && std::ranges::find(*enabled, controller) != enabled->end()) return {};
  if (std::string reason = tree_->why_not_available(controller); !reason.empty()) return reason;
  const std::string_view wanted[] = {controller};
  return tree_->enable(wanted).front().reason;
}

std::vector<ContainmentTree::Controller> ContainmentTree::controllers() const {
  std::vector<Controller> out;
  if (!tree_) return out;
  const auto enabled = tree_->top().enabled_controllers().value_or(std::vector<std::string>{});
  for (const std::string_view name : kControllers) {
    std::string reason = tree_->why_not_available(name);
    const bool is_enabled = std::ranges::find(enabled, name) != enabled.end();
    out.push_back({std::string(name), reason.empty(), is_enabled, std::move(reason)});
  }
  return out;
}

void ContainmentTree::destroy() {
  if (!tree_) return;
  if (const auto destroyed = tree_->destroy(); !destroyed)
    say::warn("cgroups are left in {}: {}", tree_->path(), destroyed.error().what);
}

}  // namespace sup
