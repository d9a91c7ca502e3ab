// Runs: how ends are noticed, and what belongs to whom.
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include "daemon/run_tokens.hpp"
#include "daemon/runs.hpp"
#include "daemon/say.hpp"
#include "engine/graph.hpp"
#include "sys/clock.hpp"

namespace sup {
namespace {

constexpr const char* kCannotAsk = "?";

// What passes: then whose a process is can be asked again.
bool is_shortage(const Error& error) {
  return error.sys_errno == EMFILE || error.sys_errno == ENFILE || error.sys_errno == ENOMEM;
}

}  // namespace

void Runs::on_exits() {
  std::array<sys::ReadyEvent, 256> ready;
  const auto count = exits_.wait(ready, Duration{0});
  if (!count) return;
  for (const sys::ReadyEvent& event : std::span(ready).first(*count)) on_exit(event.data);
  look_around();
}

// Where it is recorded, it is reaped afterwards: who is killed before that leaves it to the guard.
Result<std::optional<ExitStatus>> Runs::end_of(const sys::ProcessRef& process) {
  if (is_guard_gone_ && adopted_.erase(process.pid) > 0) {
    say::warn("process {} was a child of the guard that is gone: how it ended cannot be known, and counts as exit {}",
              process.pid, kUnknownEnd.code);
    return std::optional(kUnknownEnd);
  }
  if (!keeps_ends()) return sys::try_reap(process);
  auto status = sys::look_at_end(process);
  if (status && *status) unreaped_.push_back(process.pid);
  return status;
}

void Runs::on_exit(std::uint64_t token) {
  if (token == kWatchToken) {
    (void)watch_->read();  // Whose group has changed does not matter: all that drain are looked at.
    return;
  }
  const InstanceId instance = instance_of_token(token);
  Run* run = runs_[instance.value].get();
  if (run == nullptr) return;
  if (serial_of_token(token) != 0) {
    TaskRun* task = find_task(*run, serial_of_token(token));
    if (task == nullptr || task->is_over) return;
    if (const auto status = end_of(task->process); status && *status) on_task_exit(instance, *run, *task, **status);
    return;
  }
  if (run->main_is_gone) return;
  if (const auto status = end_of(run->main); status && *status) on_main_exit(instance, **status);
}

void Runs::on_child_signal() {
  for (std::uint32_t index = 0; index < runs_.size(); ++index) {
    Run* run = runs_[index].get();
    if (run == nullptr || run->shared != nullptr) continue;
    for (const auto& task : run->tasks)
      if (task->shared == nullptr && !task->process.pidfd.is_open())
        on_exit(task_token(InstanceId{index}, task->serial));
    // A found main process is an orphan: reaped as such, or nobody would notice that this one is gone.
    const bool is_orphan = std::ranges::find(run->orphans, run->main.pid) != run->orphans.end();
    if (!run->main_is_gone && !run->main.pidfd.is_open() && !is_orphan) on_exit(main_token(InstanceId{index}));
  }
  look_around();
}

void Runs::on_main_exit(InstanceId instance, ExitStatus status) {
  Run& run = *runs_[instance.value];
  hear_all(instance, run);  // What it said before its end comes before it.
  run.main_is_gone = true;
  run.status = status;
  note(run);
  if (run.main.pidfd.is_open()) {
    (void)exits_.remove(run.main.pidfd);  // A found main process is not in it: its end is told by SIGCHLD.
    run.main.pidfd.reset();
  }
  if (run.next_main != 0 && take_next_main(instance, run)) return;
  ending_.push_back(instance);
  // What somebody runs beside it goes with it at once: a shell that ignores TERM must not hold up the next run.
  for (const auto& task : run.tasks)
    if (task->done) kill_task(run, *task);
}

// Reaps what is dead, takes note of who has come to us, and tells which runs are over.
void Runs::look_around() {
  reap_orphans();
  // The list of our children is not a snapshot, so what decides over an end is read until it stands still; or not, when
  // a service makes orphans faster than we look: each of them will wake us again.
  constexpr int kMostLooks = 8;
  for (int look = 0; look < kMostLooks && adopt_orphans(); ++look) reap_orphans();
  settle_tasks();
  settle_ends();
}

void Runs::reap_orphans() {
  while (const auto ended = keeps_ends() ? sys::look_at_any_of_this_thread() : sys::reap_any_of_this_thread()) {
    const auto owner = orphan_owners_.find(ended->pid);
    const bool is_main = owner != orphan_owners_.end() && owner->second.instance != kNoInstance &&
                         runs_[owner->second.instance.value] != nullptr &&
                         runs_[owner->second.instance.value]->main.pid == ended->pid;
    if (keeps_ends() && std::ranges::find(unreaped_, ended->pid) != unreaped_.end()) return;  // The same one again.
    if (keeps_ends() && !is_main) sys::reap_seen(ended->pid);
    on_orphan_end(*ended);
    if (!keeps_ends() || !is_main) continue;
    unreaped_.push_back(ended->pid);  // It hides the others until it is reaped.
    return look_soon_.arm(Duration{0});
  }
}

void Runs::on_orphan_end(const sys::Reaped& reaped) {
  const auto it = orphan_owners_.find(reaped.pid);
  if (it == orphan_owners_.end()) return;
  const InstanceId owner = it->second.instance;
  orphan_owners_.erase(it);
  orphans_of_guard_.erase(reaped.pid);
  strangers_since_.erase(reaped.pid);
  Run* run = owner == kNoInstance ? nullptr : runs_[owner.value].get();
  if (run == nullptr) return;
  std::erase(run->orphans, reaped.pid);
  if (!run->main_is_gone && run->main.pid == reaped.pid) on_main_exit(owner, reaped.status);
}

// Whether anybody new has come.
bool Runs::adopt_orphans() {
  if (!orphans_) return false;
  auto pids = orphans_->list();
  if (!pids) return false;
  add_orphans_of_guard(*pids);
  bool is_anybody_new = false;
  // In the middle of its exec it could not say whose it is; an end is no moment for mistakes.
  const bool was_undecided = is_undecided_ || is_somebody_passing_;
  is_undecided_ = is_somebody_passing_ = false;
  const bool asks_again = was_undecided || !ending_.empty() || !tasking_.empty();
  for (const pid_t pid : *pids) {
    if (std::ranges::find(unreaped_, pid) != unreaped_.end()) continue;  // Its end was told.
    const auto known = orphan_owners_.find(pid);
    if (known == orphan_owners_.end())
      is_anybody_new |= adopt(pid);
    else if (known->second.instance == kNoInstance && asks_again)
      (void)adopt(pid);
  }
  return is_anybody_new;
}

// Those of services of an earlier manager come to the guard, as its main processes have.
void Runs::add_orphans_of_guard(std::vector<pid_t>& pids) {
  if (!guard_orphans_) return;
  const auto of_guard = guard_orphans_->list();
  if (!of_guard) return;
  for (const pid_t pid : *of_guard) {
    if (pid == ::getpid() || adopted_.contains(pid)) continue;
    orphans_of_guard_.insert(pid);
    pids.push_back(pid);
  }
}

// Whether it was taken note of. Where the list of orphans is not exact, main processes and children on their way to
// exec are in it too, so there only what is known to belong to a run is taken.
bool Runs::adopt(pid_t pid) {
  const Owner owner = owner_of(pid);
  const bool is_ours = owner.instance != kNoInstance;
  if (!orphans_->is_exact() && (!is_ours || runs_[owner.instance.value]->main.pid == pid)) return false;
  orphan_owners_[pid] = owner;
  if (!is_ours) {
    const Instant now = sys::monotonic_now();
    is_somebody_passing_ |= now - strangers_since_.try_emplace(pid, now).first->second < kPassing;
    return true;
  }
  strangers_since_.erase(pid);
  Run& run = *runs_[owner.instance.value];
  run.orphans.push_back(pid);
  if (run.is_doomed) signal_orphan(pid, Signal{SIGKILL});
  return true;
}

// A child that opened a session of its own may have children in it.
Owner Runs::owner_by_session(pid_t session) const {
  if (const auto it = orphan_owners_.find(session); it != orphan_owners_.end() && it->second.instance != kNoInstance)
    return it->second;
  Owner out;
  const auto found = find_run([&](const Run& run) {
    const auto it = std::ranges::find(run.tasks, session, [](const auto& task) { return task->process.pid; });
    out.task = it == run.tasks.end() ? 0 : (*it)->serial;
    return out.task != 0 || session == run.main.pid;
  });
  out.instance = found.value_or(kNoInstance);
  return out;
}

Owner Runs::owner_of(pid_t pid) {
  // 0: one of another pid namespace, so that of a stranger (nsenter); and what has no process yet has the pid 0.
  if (const auto session = sys::session_of(pid); session && *session != 0)
    if (const Owner owner = owner_by_session(*session); owner.instance != kNoInstance) return owner;
  const auto environment = oracle_.ask([pid] {
    auto text = sys::start_of_environment(pid);
    return text || !is_shortage(text.error()) ? text.value_or("") : kCannotAsk;
  });
  is_undecided_ = is_undecided_ || environment == kCannotAsk;
  const auto invocation = sys::invocation_in(environment.value_or(""));
  const auto said = [&](const Run& run) { return invocation && invocation->id == run.invocation; };
  if (const auto found = find_run(said)) return {*found, invocation->task};
  return {find_run([&](const Run& run) { return was_seen(run, pid); }).value_or(kNoInstance)};
}

// The first that is as wanted, among those of which something may be alive.
std::optional<InstanceId> Runs::find_run(const std::function<bool(const Run&)>& is_wanted) const {
  for (std::uint32_t index = 0; index < runs_.size(); ++index) {
    const Run* run = runs_[index].get();
    if (run == nullptr || (run->is_over && run->tasks.empty())) continue;  // post-stop hooks come after the end.
    if (is_wanted(*run)) return InstanceId{index};
  }
  return std::nullopt;
}

// One that is not there any more holds nobody. If it cannot be told (no descriptor is free), nothing is over yet.
bool Runs::may_be_populated(const sys::Cgroup& group) {
  const auto is_populated = group.is_populated();
  if (is_populated) return *is_populated;
  if (is_populated.error().code == Errc::not_found) return false;
  look_again_.arm(kLookAgain);
  return true;
}

bool Runs::has_rest(InstanceId instance, Run& run) {
  if (is_undecided_) look_again_.arm(kLookAgain);
  if (is_undecided_ || !run.tasks.empty() || !run.orphans.empty()) return true;
  if (is_somebody_passing_ && !run.group) {
    look_again_.arm(kPassing);
    return true;
  }
  if (run.group) {
    if (!may_be_populated(*run.group)) return false;
    watch(instance, run);
    return may_be_populated(*run.group);
  }
  if (orphans_ || !sys::send_group_signal(run.main_group, Signal{0})) return false;
  look_again_.arm(kLookAgain);  // Another's child ends without a word to us.
  return true;
}

// What empties from now on is told; the caller looks once more.
void Runs::watch(InstanceId instance, Run& run) {
  if (!run.is_watched && watch_) run.is_watched = watch_->add(*run.group, instance.value).has_value();
  if (!run.is_watched) look_again_.arm(kLookAgain);
}

LimitsHit Runs::limits_hit(const Run& run) {
  return run.group ? sup::limits_hit(*run.group, *run.resources, run.status) : LimitsHit{};
}

void Runs::settle_ends() {
  std::erase_if(draining_, [this](InstanceId instance) {
    Run* run = runs_[instance.value].get();
    if (run == nullptr || !run->main_is_gone) return true;  // The daemon that it left is its main process now.
    if (has_rest(instance, *run)) return false;
    tell_end(instance, *run);
    return true;
  });
  for (const InstanceId instance : std::exchange(ending_, {})) {
    Run& run = *runs_[instance.value];
    if (!has_rest(instance, run)) {
      tell_end(instance, run);
      continue;
    }
    draining_.push_back(instance);
    log_.flush(run.id);
    post_(MainExited{instance, run.id, run.status, limits_hit(run)});
  }
}

void Runs::tell_end(InstanceId instance, Run& run) {
  hear_all(instance, run);
  log_.flush(run.id);
  run.is_over = true;
  note(run);
  // A kill by signals that has not seen the group empty leaves it frozen, and hooks are to run in it.
  if (run.is_doomed && run.group && !run.service->spec.post_stop.empty()) (void)run.group->thaw();
  run.is_doomed = false;  // What post-stop hooks make is not.
  run.doomed_since = {};
  run.search.reset();
  post_(Ended{instance, run.id, run.status, limits_hit(run)});
}

}  // namespace sup
