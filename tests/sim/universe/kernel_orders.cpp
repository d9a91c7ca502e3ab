// Kernel: what the daemon does on the engine's orders.
#include <algorithm>
#include <utility>

#include "sim/universe/kernel.hpp"

namespace sup::sim {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMaxRemembered = 8;

void kill_task(Task& task, Instant now) {
  task.is_kill_pending = true;
  if (task.is_begun) receive_kill(task.process, now);
}

}  // namespace

KernelRun* Kernel::find(RunId run) {
  const auto it = std::ranges::find(runs_, run, &KernelRun::run);
  return it == runs_.end() ? nullptr : &*it;
}

// A run begins with whatever comes first: a hook, or its main process.
KernelRun& Kernel::find_or_make(InstanceId instance, RunId id) {
  if (KernelRun* run = find(id)) return *run;
  return runs_.emplace_back(KernelRun{.instance = instance,
                                      .run = id,
                                      .service = cast_.definition(instance),
                                      .failure = {},
                                      .main_end = {},
                                      .pending = {},
                                      .processes = {},
                                      .tasks = {},
                                      .ordered = {},
                                      .search = {},
                                      .sayings = {},
                                      .reports = {}});
}

void Kernel::obey(const Effect& effect, Instant now) {
  const auto visitor = [&](const auto& order) {
    if constexpr (requires { this->carry_out(order, now); }) carry_out(order, now);
  };
  std::visit(visitor, effect);
}

void Kernel::carry_out(const SpawnRun& order, Instant now) {
  KernelRun& run = find_or_make(order.instance, order.run);
  if (run.spawned_at != kNever) return;  // It was begun.
  run.spawned_at = now + 1ms;
  if (is_calm_) {
    run.spawned_at += dice_.up_to(50ms);
    return;
  }
  if (dice_.percent(temper_.spawn_is_slow)) run.spawned_at += dice_.percent(30) ? dice_.up_to(6s) : dice_.up_to(300ms);
  if (dice_.percent(temper_.spawn_fails))
    run.failure = dice_.pick(std::vector<std::string>{"fork: Resource temporarily unavailable",
                                                      "working-dir '/srv': No such file or directory",
                                                      "exec 'program': Permission denied"});
}

void Kernel::carry_out(const FindMain& order, Instant now) {
  KernelRun* run = find(order.run);
  if (run == nullptr || run->is_over || std::exchange(run->was_searched, true)) return;
  Search search{now + dice_.up_to(is_calm_ ? Duration{50ms} : Duration{2s}), {}};
  if (!is_calm_ && dice_.percent(temper_.main_hidden)) {
    if (dice_.percent(50))
      search.failure = "pid-file '/run/program.pid': process 1 is not of this service";
    else
      search.due = kNever;
  }
  run->search = search;
}

void Kernel::carry_out(const RunTask& order, Instant now) {
  KernelRun& run = find_or_make(order.instance, order.run);
  if (run.is_over && order.kind != TaskKind::post_stop) return;
  const auto is_same = [&](const RunTask& t) { return t.kind == order.kind && t.index == order.index; };
  if (std::ranges::any_of(run.ordered, is_same)) return;
  run.ordered.push_back(order);
  Task task{.order = order, .failure = {}, .process = {}};
  if (!run.is_launching()) begin(task, now);
  if (order.kind == TaskKind::reload) answer_reload(run, now);
  run.tasks.push_back(std::move(task));
}

void Kernel::begin(Task& task, Instant now) {
  task.begins_at = now + 1ms;
  if (is_calm_) return;
  if (dice_.percent(temper_.spawn_is_slow)) task.begins_at += dice_.up_to(300ms);
  if (dice_.percent(temper_.spawn_fails / 2)) task.failure = "exec 'hook': No such file or directory";
}

void Kernel::carry_out(const KillTasks& order, Instant now) {
  KernelRun* run = find(order.run);
  if (run == nullptr) return;
  for (Task& task : run->tasks)
    if (task.begins_at != kNever && task.order.kind != order.spared) kill_task(task, now);
}

// In a calm world, which is to come to rest, the last probe gets no answer.
void Kernel::carry_out(const AskHealth& order, Instant now) {
  if (is_external(order.instance)) return ask_external(order, now);
  KernelRun* run = find(order.run);
  if (run == nullptr || (is_calm_ && ++run->calm_probes > kMostInCalm)) return;
  run->probed_at = now + order.delay + dice_.up_to(is_calm_ ? Duration{100ms} : Duration{2s});
}

void Kernel::carry_out(const StopAsking& order, Instant) {
  if (is_external(order.instance)) externals_[order.instance].probed_at = kNever;
  if (KernelRun* run = find(order.run)) run->probed_at = kNever;
}

void Kernel::carry_out(const FreezeRun& order, Instant now) {
  KernelRun* run = find(order.run);
  if (run == nullptr || run->is_over || std::exchange(run->is_frozen, true)) return;
  // Somebody from outside, or the kernel for want of memory, may kill what is frozen: its main process, or all.
  const bool is_killed = !is_calm_ && dice_.percent(temper_.dies_frozen);
  const bool is_main_alone = dice_.percent(40);
  const Instant death = now + dice_.up_to(dice_.percent(50) ? Duration{1s} : Duration{20s});
  for (Process& process : run->processes) {
    // Its end had begun, and goes on.
    if (!is_calm_ && process.dies_at < now + 1s && dice_.percent(50)) continue;
    freeze(process, now);
    if (is_killed && (process.is_main || !is_main_alone)) receive_kill(process, death);
  }
}

void Kernel::carry_out(const ThawRun& order, Instant now) {
  KernelRun* run = find(order.run);
  if (run == nullptr || !run->is_frozen) return;
  run->is_frozen = false;
  for (Process& process : run->processes) thaw(process, now);
  for (Task& task : run->tasks) thaw(task.process, now);
  for (const SignalRun& signal : std::exchange(run->pending, {})) deliver(*run, signal, now);
}

void Kernel::carry_out(const SignalRun& order, Instant now) {
  KernelRun* run = find(order.run);
  if (run == nullptr || run->is_over || (order.serial != 0 && order.serial <= run->serial)) return;
  run->serial = std::max(run->serial, order.serial);
  const bool is_kill = order.signal.number == 9;
  if (run->is_launching()) {
    // A stop also takes back what has not begun.
    if (order.reason == SignalReason::stop && !is_calm_ && dice_.percent(30)) run->failure = "taken back";
    run->pending.push_back(order);
  } else if (run->is_frozen && !is_kill) {
    run->pending.push_back(order);
  } else {
    deliver(*run, order, now);
  }
}

void Kernel::deliver(KernelRun& run, const SignalRun& order, Instant now) {
  const auto& reload = run.service->spec.reload->signal;
  if (order.reason == SignalReason::command && order.signal == reload) answer_reload(run, now);
  for (Process& process : run.processes) {
    const bool is_reached = order.to == SignalTarget::all || process.is_main ||
                            (order.to == SignalTarget::group && process.is_in_group && !run.is_main_gone);
    if (is_reached) receive(process, order.signal, now, dice_);
  }
  // One that is just being begun is missed.
  for (Task& task : run.tasks)
    if (order.to == SignalTarget::all && task.is_begun) receive(task.process, order.signal, now, dice_);
}

// The second KILL tells who is alive in spite of the first.
void Kernel::carry_out(const KillRun& order, Instant now) {
  KernelRun* run = find(order.run);
  if (run == nullptr) return;
  const bool has_members = !run->processes.empty() || std::ranges::count(run->tasks, true, &Task::is_begun) > 0;
  for (Task& task : run->tasks) kill_task(task, now);
  if (run->is_kill_pending && has_members && !run->is_launching())
    run->reports.emplace_back(
        Survived{run->instance, run->run, "pid 12 is still alive after KILL (state D, wchan nfs_wait)"});
  run->is_kill_pending = true;
  for (Process& process : run->processes) receive_kill(process, now);
}

// The engine has done with the run.
void Kernel::carry_out(const StateChanged& change, Instant) {
  if (!sup::is_live(change.from) || sup::is_live(change.to)) return;
  const KernelRun* run = find(change.run);
  if (run == nullptr || run->is_alive()) return;
  over_.push_back(*run);
  if (over_.size() > kMaxRemembered) over_.erase(over_.begin());
  std::erase_if(runs_, [&](const KernelRun& other) { return other.run == change.run; });
}

}  // namespace sup::sim
