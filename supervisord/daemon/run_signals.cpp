// Runs: what is sent to the processes of a run, and who they are.
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <optional>
#include <set>
#include <string_view>

#include "daemon/run_survivors.hpp"
#include "daemon/runs.hpp"
#include "guard/holder.hpp"
#include "sys/clock.hpp"

namespace sup {
namespace {

constexpr Signal kKill{SIGKILL};

constexpr Duration kFirstPause = std::chrono::milliseconds{50};  // Between two looks whether all stand still.
constexpr Duration kLongestPause = std::chrono::seconds{10};

// Whether it makes no processes any more. Who waits in the kernel (D) may do so in the middle of a fork(2).
bool stands_still(pid_t pid) {
  const auto facts = sys::process_facts(pid);
  return !facts || std::string_view("TtZX").find(facts->state) != std::string_view::npos;
}

// Whether the process that was seen is there.
bool is_still(const sys::ProcessFacts& seen, const std::optional<sys::ProcessFacts>& now) {
  return now && now->start_time == seen.start_time;
}
std::optional<sys::ProcessFacts> facts_of(pid_t pid) {
  auto facts = sys::process_facts(pid);
  return facts ? std::optional(std::move(*facts)) : std::nullopt;
}

// The process group of the main process now. One that was taken over may have made a session of its own since then; it
// cannot have joined a group that is not of its run. Who was started by us leads a session, and stays where it is.
pid_t group_of(const Run& run) {
  if (run.main_is_gone || run.main_group == run.main.pid) return run.main_group;
  const auto facts = facts_of(run.main.pid);
  return facts && facts->pgid > 1 ? facts->pgid : run.main_group;
}

// Whether `pid` is a root now or below one. The walk up is bounded, since processes come and go while we read.
template <class IsRoot>
bool is_below(pid_t pid, const IsRoot& is_root) {
  constexpr int kMostSteps = 1'000;
  for (int step = 0; step < kMostSteps && pid > 1; ++step) {
    if (is_root(pid)) return true;
    const auto facts = sys::process_facts(pid);
    if (!facts) return false;
    pid = facts->ppid;
  }
  return false;
}

}  // namespace

void Runs::signal(const SignalRun& effect) {
  Run* run = live(effect.instance, effect.run);
  if (run == nullptr || run->is_over) return;
  if (effect.serial != 0 && effect.serial <= run->told) return;  // An earlier manager has sent it.
  if (run->shared == nullptr) {
    const bool is_alone =
        run->orphans.empty() && run->tasks.empty() && !run->main_is_gone && sys::is_childless(run->main.pid);
    if (effect.reason == SignalReason::stop && !is_alone) look_below(*run);
    if (effect.to == SignalTarget::all) signal_launching_tasks(*run, effect);
    return send(*run, effect);
  }
  if (effect.reason == SignalReason::stop && give_up_launch(*run)) return;
  const auto sent = run->shared->in_progress.send_signal(effect.signal);
  if (!sent || !*sent) run->pending.edit().push_back(effect);
}

// Hooks that are on their way to their program.
void Runs::signal_launching_tasks(const Run& run, const SignalRun& effect) {
  for (const auto& task : run.tasks) {
    if (task->shared == nullptr) continue;
    if (effect.reason == SignalReason::stop && give_up_launch(run, *task)) continue;
    const auto sent = task->shared->in_progress.send_signal(effect.signal);
    if (!sent || !*sent) task->pending.push_back(effect.signal);
  }
}

void Runs::kill(const KillRun& effect) {
  Run* run = live(effect.instance, effect.run);
  if (run == nullptr) return;
  for (const auto& task : run->tasks) kill_task(*run, *task);
  if (run->is_over && run->tasks.empty()) return;
  const bool is_late = hangs_after_kill(*run);
  run->is_doomed = !run->is_over;
  note(*run);
  if (run->shared != nullptr) {
    // If it has not come so far, it gets KILL when it has.
    if (!give_up_launch(*run)) (void)run->shared->in_progress.send_signal(kKill);
    return;
  }
  look_below(*run);
  if (is_late || effect.reason == SignalReason::stop)
    run->survivors.edit() = survivors_text(members_of(*run), is_late, oracle_);
  if (is_late && !run->survivors->empty()) post_(Survived{effect.instance, effect.run, *run->survivors});
  send_to_all(*run, kKill);
}

// Whether it was told to die long ago, and does not. A thousand processes may take a while, one after the other.
bool Runs::hangs_after_kill(Run& run) {
  const Instant now = sys::monotonic_now();
  if (run.doomed_since == Instant{}) {
    run.doomed_since = run.waned_at = now;
    run.doomed = 0;
    return false;
  }
  const std::size_t alive = run.shared == nullptr ? members_of(run).size() : 0;
  if (alive < std::exchange(run.doomed, alive)) run.waned_at = now;
  return now - run.waned_at >= kKillPatience || now - run.doomed_since >= kLongestKillPatience;
}

void Runs::freeze(const FreezeRun& effect) {
  Run* run = live(effect.instance, effect.run);
  if (run == nullptr || run->is_over) return;
  if (run->group && run->group->freeze()) return;
  stop_all(effect.instance, *run);
}

// STOP to each, again until all stand still: who does not yet may be making one more, which has not got it. Ever more
// seldom, since who hangs in the kernel may never do so.
void Runs::stop_all(InstanceId instance, Run& run) {
  send_to_all(run, Signal{SIGSTOP});
  const std::vector<pid_t> members = members_of(run);
  if (std::ranges::all_of(members, stands_still) && members_of(run) == members) return;
  if (run.freezing == nullptr)
    run.freezing = std::make_unique<Freezing>(Freezing{kFirstPause, loop::Timer(loop_, [this, instance, id = run.id] {
                                                         Run* again = live(instance, id);
                                                         if (again != nullptr && !again->is_over)
                                                           stop_all(instance, *again);
                                                       })});
  Freezing& freezing = *run.freezing;
  freezing.next_look.arm(freezing.pause);
  freezing.pause = std::min(freezing.pause * 2, kLongestPause);
}

void Runs::thaw(const ThawRun& effect) {
  Run* run = live(effect.instance, effect.run);
  if (run == nullptr) return;
  run->freezing.reset();
  if (run->group && run->group->thaw()) return;  // Also an empty one: hooks are to run in it.
  if (run->is_over) return;
  look_below(*run);
  send_to_all(*run, Signal{SIGCONT});
}

// What is below `root`, by pidfd, after a second look: a pid that was read from /proc may have passed to a stranger
// meanwhile.
void Runs::signal_below(pid_t root, Signal signal) {
  const auto below = sys::descendants_of(root);
  if (!below) return;
  for (const pid_t pid : *below) {
    const auto process = sys::open_process(pid);
    if (process && is_below(pid, [root](pid_t above) { return above == root; }))
      (void)sys::send_signal(*process, signal);
  }
}

// Once their parents are gone nothing may tell whose they are, so it is noted before. By start time too: a pid may be
// reused.
void Runs::look_below(Run& run) const {
  // One that was seen before may by now be an orphan that we have not met yet: it stays.
  if (run.seen.is_written())
    std::erase_if(run.seen.edit(), [](const sys::ProcessFacts& seen) { return !is_still(seen, facts_of(seen.pid)); });
  std::set<pid_t> known;
  for (const sys::ProcessFacts& facts : *run.seen) known.insert(facts.pid);
  for (const pid_t root : roots_of(run))
    if (const auto below = sys::descendants_of(root))
      for (const pid_t pid : *below)
        if (!known.contains(pid))
          if (auto facts = sys::process_facts(pid)) {
            known.insert(pid);
            run.seen.edit().push_back(std::move(*facts));
          }
}

// Whether it was below this run when that was told to end. What was there and is not any more has come to us; else it
// is a stranger that has taken the number over, within the tick of the clock by which start times are told.
bool Runs::was_seen(const Run& run, pid_t pid) {
  const auto it = std::ranges::find(*run.seen, pid, &sys::ProcessFacts::pid);
  if (it == run.seen->end()) return false;
  const auto now = facts_of(pid);
  return is_still(*it, now) && (now->ppid == ::getpid() || now->ppid == guard::Holder::of_this_process().guard_pid());
}

// From whom all of the run descends: also who has lost his parent this moment, and is not taken note of yet. Empty
// without /proc, or where it shows another pid namespace than ours.
std::vector<pid_t> Runs::roots_of(const Run& run) const {
  if (!orphans_) return {};
  std::vector<pid_t> roots = run.orphans;
  if (!run.main_is_gone) roots.push_back(run.main.pid);
  for (const auto& task : run.tasks)
    if (task->shared == nullptr && !task->is_over) roots.push_back(task->process.pid);
  for (const sys::ProcessFacts& seen : *run.seen)
    if (std::ranges::find(roots, seen.pid) == roots.end() && was_seen(run, seen.pid)) roots.push_back(seen.pid);
  return roots;
}

// All processes that are known to be of the run, each once.
std::vector<pid_t> Runs::members_of(const Run& run) const {
  std::set<pid_t> out;
  if (run.group)
    if (const auto members = run.group->processes()) out.insert(members->pids.begin(), members->pids.end());
  for (const pid_t root : roots_of(run)) {
    out.insert(root);
    if (const auto below = sys::descendants_of(root)) out.insert(below->begin(), below->end());
  }
  if (!run.main_is_gone) out.insert(run.main.pid);
  return {out.begin(), out.end()};
}

std::optional<RunView> Runs::view(InstanceId instance) const {
  const Run* run = find(instance);
  if (run == nullptr || run->shared != nullptr) return std::nullopt;
  RunView out;
  if (!run->main_is_gone) out.main = run->main.pid;
  for (const auto& task : run->tasks)
    if (task->shared == nullptr && !task->is_over) out.tasks.push_back(task->process.pid);
  out.roots = roots_of(*run);
  if (run->group) out.cgroup = run->group->name();
  return out;
}

void Runs::send(Run& run, const SignalRun& effect) {
  if (effect.serial > run.told) {
    run.told = effect.serial;
    note(run);
  }
  send_once(run, effect);
  // An interactive shell ignores TERM, and is told by its terminal's hang-up that it is to go. To others that could
  // mean something else.
  const bool is_stop = effect.reason == SignalReason::stop && effect.signal == Signal{SIGTERM};
  if (is_stop && run.terminal.is_open() && !run.main_is_gone && sys::ignores_signal(run.main.pid, effect.signal))
    send_once(run, {effect.instance, effect.run, Signal{SIGHUP}, effect.to, effect.reason});
  // Who stands still (STOP, ^Z) could not heed a signal to end.
  if (effect.reason != SignalReason::command)
    send_once(run, {effect.instance, effect.run, Signal{SIGCONT}, effect.to, effect.reason});
}

void Runs::send_once(const Run& run, const SignalRun& effect) {
  switch (effect.to) {
    case SignalTarget::main:
      if (!run.main_is_gone) (void)sys::send_signal(run.main, effect.signal);
      break;
    case SignalTarget::group:
      // A pid names a group for as long as one of its processes is not reaped; after that it may name another.
      if (!run.main_is_gone) (void)sys::send_group_signal(group_of(run), effect.signal);
      break;
    case SignalTarget::all: send_to_all(run, effect.signal); break;
  }
}

// Those in the cgroup through it; and who is known to be of the run and is not in it.
void Runs::send_to_all(const Run& run, Signal signal) {
  if (!run.group) return send_by_descent(run, signal, {});
  const auto members = run.group->processes();
  const auto sent = signal == kKill ? run.group->kill() : Result<>();
  const auto signalled = signal == kKill ? Result<sys::CgroupSignalled>() : run.group->signal_all(signal);
  // Where new ones keep coming the old ones have it: nobody gets it twice.
  const bool has_reached = signalled || signalled.error().code == Errc::limit;
  const bool is_reached = members && sent && has_reached;
  send_by_descent(run, signal, is_reached ? std::span<const pid_t>(members->pids) : std::span<const pid_t>());
}

// Hooks, where only groups are known: each leads one of its own, whose number is its own as long as it is not reaped.
void Runs::signal_task_groups(const Run& run, Signal signal) {
  for (const auto& task : run.tasks)
    if (task->shared == nullptr && !task->is_over) (void)sys::send_group_signal(task->process.pid, signal);
}

// The main process's group at once, our own children by pid (it is theirs until we reap them), and what is below them
// by pidfd, after a second look: a pid that was read from /proc may have passed to a stranger meanwhile. Who has been
// `reached` (sorted) is left out.
void Runs::send_by_descent(const Run& run, Signal signal, std::span<const pid_t> reached) {
  const auto is_reached = [&](pid_t pid) { return std::ranges::binary_search(reached, pid); };
  const std::vector<pid_t> roots = roots_of(run);
  std::set<pid_t> below;
  for (const pid_t root : roots)
    if (const auto found = sys::descendants_of(root)) below.insert(found->begin(), found->end());
  // Where only the group is known, it is asked for until it is empty: so long the number is its own, since we reap its
  // last process.
  const bool is_group_known = !run.main_is_gone || (!orphans_ && run.main_group > 0);
  const bool has_group = is_group_known && !is_reached(run.main.pid);
  const pid_t group = group_of(run);
  if (has_group) (void)sys::send_group_signal(group, signal);
  if (!orphans_) signal_task_groups(run, signal);
  const auto has_it = [&](pid_t pid) {
    if (is_reached(pid)) return true;
    const auto facts = sys::process_facts(pid);
    return !facts || (has_group && facts->pgid == group);
  };
  // One above it may have just lost its own parent by the signal, and is not below any more, but was seen there.
  const auto is_root = [&](pid_t pid) { return std::ranges::find(roots, pid) != roots.end() || was_seen(run, pid); };
  for (const pid_t pid : below) {
    if (has_it(pid)) continue;
    const auto process = sys::open_process(pid);
    if (process && is_below(pid, is_root)) (void)sys::send_signal(*process, signal);
  }
  for (const pid_t pid : roots)
    if (pid != run.main.pid && !has_it(pid)) signal_orphan(pid, signal);
}

}  // namespace sup
