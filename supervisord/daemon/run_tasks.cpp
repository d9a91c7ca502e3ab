// Runs: hooks and stop commands, which run beside the main process.
#include <fmt/format.h>
#include <sys/epoll.h>

#include <algorithm>
#include <csignal>
#include <iterator>
#include <set>
#include <utility>

#include "base/refusable.hpp"
#include "daemon/run_survivors.hpp"
#include "daemon/run_tokens.hpp"
#include "daemon/runs.hpp"
#include "daemon/say.hpp"
#include "sys/clock.hpp"

namespace sup {
namespace {

constexpr Signal kKill{SIGKILL};
constexpr Duration kExecPatience = std::chrono::seconds{2};

const Command& command_of(const RunTask& task, const ServiceSpec& spec) {
  switch (task.kind) {
    case TaskKind::pre_start: return spec.pre_start[task.index].command;
    case TaskKind::post_start: return spec.post_start[task.index].command;
    case TaskKind::reload: return spec.reload->command;
    case TaskKind::pre_stop: return spec.pre_stop[task.index].command;
    case TaskKind::stop_step: return spec.stop->steps[task.index].command;
    case TaskKind::post_stop: return spec.post_stop[task.index].command;
  }
  return spec.command;
}

}  // namespace

TaskRun* Runs::find_task(Run& run, std::uint32_t serial) {
  const auto it = std::ranges::find(run.tasks, serial, [](const auto& task) { return task->serial; });
  return it == run.tasks.end() ? nullptr : it->get();
}

void Runs::run_task(const RunTask& effect, Named named, std::vector<EnvEntry> env) {
  const ServiceRef service = named.service;
  Run& run = live_or_new(effect.instance, effect.run, std::move(named));
  // It was ordered before the engine heard of the end, and that is the answer: a task of now would outlive the run.
  if (run.is_over && effect.kind != TaskKind::post_stop) return;
  const auto is_it = [&](const auto& task) {
    return !task->done && task->order.kind == effect.kind && task->order.index == effect.index;
  };
  if (std::ranges::any_of(run.tasks, is_it)) return;            // An earlier manager has begun it.
  if (effect.serial != 0 && effect.serial <= run.told) return;  // It may also have seen its end.
  if (run.shared != nullptr) {                                  // A stop that came before the program runs.
    run.pending_tasks.edit().emplace_back(effect, std::move(env));
    return;
  }
  run.told = std::max(run.told, effect.serial);
  auto task = std::make_unique<TaskRun>();
  task->order = effect;
  TaskOrder order;
  order.command = command_of(effect, service->spec);
  order.name = enum_name(effect.kind);
  order.env = std::move(env);
  add_task(effect.instance, run, std::move(task), std::move(order));
}

// One whose last probe hangs in the kernel is used again.
void Runs::host(InstanceId instance, RunId run, Named named) {
  Run* found = instance.value < runs_.size() ? runs_[instance.value].get() : nullptr;
  Run& place = found != nullptr ? *found : live_or_new(instance, run, std::move(named));
  place.is_host = true;
  place.is_left = false;
}

void Runs::stop_hosting(InstanceId instance) {
  Run* run = instance.value < runs_.size() ? runs_[instance.value].get() : nullptr;
  if (run == nullptr || !run->is_host) return;
  run->is_left = true;
  if (run->tasks.empty()) forget(instance);
}

Result<ExecId> Runs::exec(ExecOrder wanted) {
  const Indispensable whole;
  Run* run = wanted.instance.value < runs_.size() ? runs_[wanted.instance.value].get() : nullptr;
  const bool needs_main = wanted.purpose == ExecPurpose::asked;
  if (run == nullptr || run->shared != nullptr || run->is_over || (needs_main && run->main_is_gone))
    return fail(Errc::not_found, "it has no main process");
  auto task = std::make_unique<TaskRun>();
  task->done = std::move(wanted.done);
  TaskOrder order;
  order.command = std::move(wanted.command);
  order.name = wanted.purpose == ExecPurpose::probe ? "probe" : "exec";
  order.stdio = std::move(wanted.stdio);
  const std::uint32_t serial = add_task(wanted.instance, *run, std::move(task), std::move(order));
  return ExecId{wanted.instance, run->id, serial};
}

void Runs::end_exec(const ExecId& id) {
  const Indispensable whole;
  Run* run = live(id.instance, id.run);
  TaskRun* task = run == nullptr ? nullptr : find_task(*run, id.serial);
  if (task == nullptr) return;
  task->done = [](const Result<ExitStatus>&) {};
  if (task->is_over) return;
  if (task->shared != nullptr) return kill_task(*run, *task);
  (void)sys::send_group_signal(task->process.pid, Signal{SIGHUP});
  (void)sys::send_group_signal(task->process.pid, Signal{SIGTERM});
  task->patience = std::make_unique<loop::Timer>(loop_, [this, id] {
    Run* late = live(id.instance, id.run);
    TaskRun* alive = late == nullptr ? nullptr : find_task(*late, id.serial);
    if (alive != nullptr) kill_task(*late, *alive);
  });
  task->patience->arm(kExecPatience);
}

void Runs::kill_exec(const ExecId& id) {
  Run* run = live(id.instance, id.run);
  TaskRun* task = run == nullptr ? nullptr : find_task(*run, id.serial);
  if (task == nullptr) return;
  task->done = [](const Result<ExitStatus>&) {};
  kill_task(*run, *task);
}

bool Runs::has_doomed_exec(InstanceId instance) const {
  const Run* run = find(instance);
  return run != nullptr && std::ranges::any_of(run->tasks, [](const std::unique_ptr<TaskRun>& task) {
           return task->done && task->is_doomed;
         });
}

std::uint32_t Runs::add_task(InstanceId instance, Run& run, std::unique_ptr<TaskRun> task, TaskOrder order) {
  const std::uint32_t serial = ++run.last_task;
  task->serial = serial;
  task->shared = std::make_unique<LaunchShared>();
  order.run = {
      run.service, run.name, instance, run.id, run.invocation, task->shared.get(), run.group ? &*run.group : nullptr,
      {}};
  const bool may_speak = run.voice && run.voice->access != NotifyAccess::main && !task->done;
  if (may_speak) order.run.notify_address = run.voice->address;
  order.name += fmt::format(".{}", serial);
  order.run.serial = serial;
  task->name = order.name;
  task->slot = take_slot(run.id, serial);
  if (task->slot) order.run.pid_place = task->slot->pid_place();
  note(run);
  if (!run.main_is_gone) order.env.push_back({"MAINPID", std::to_string(run.main.pid), "supervisord"});
  run.tasks.push_back(std::move(task));
  const Asks asks = asked_by(order.run);
  prepare_launch(
      [this, serial, order = std::move(order)]() -> Continuation {
        return [this, id = LaunchId(order.run), serial, launched = launch_task(context_, order)]() mutable {
          on_task_launched(id, serial, std::move(launched));
        };
      },
      asks);
  return serial;
}

void Runs::on_task_launched(const LaunchId& id, std::uint32_t serial, Result<Launched> launched) {
  if (was_given_up(id)) return;
  const InstanceId instance = id.instance;
  Run& run = *live(instance, id.run);  // It is not forgotten while it has tasks.
  TaskRun& task = *find_task(run, serial);
  task.shared.reset();
  give_back(task.slot);
  note(run);
  if (!launched) {
    task.failure = std::move(launched.error().what);
    task.is_over = true;
    tasking_.push_back(instance);
    return look_around();
  }
  task.process = std::move(launched->process);
  task.group = std::move(launched->own_group);
  if (launched->group) run.group = std::move(launched->group);
  note_unmet(run, std::move(launched->unmet));
  const auto& pidfd = task.process.pidfd;
  if (pidfd.is_open() && !exits_.add(pidfd, EPOLLIN, task_token(instance, serial))) task.process.pidfd.reset();
  attach(std::move(launched->sources));
  if (std::exchange(task.is_doomed, false)) kill_task(run, task);
  for (const Signal signal : std::exchange(task.pending, {})) (void)sys::send_signal(task.process, signal);
  if (!task.process.pidfd.is_open()) on_child_signal();
}

void Runs::on_task_exit(InstanceId instance, Run& run, TaskRun& task, ExitStatus status) {
  if (task.process.pidfd.is_open()) {
    (void)exits_.remove(task.process.pidfd);
    task.process.pidfd.reset();
  }
  task.is_over = true;
  task.status = status;
  note(run);
  if (status.as_code() != 0) task.failure = status.text();
  kill_task(run, task);
  tasking_.push_back(instance);
}

void Runs::kill_tasks(const KillTasks& effect) {
  Run* run = live(effect.instance, effect.run);
  if (run == nullptr) return;
  for (const auto& task : run->tasks)
    if (task->order.kind != effect.spared) kill_task(*run, *task);
  // One that hangs in the kernel is killed again and again, and who waits for it is told.
  std::vector<pid_t> late;
  for (const auto& task : run->tasks)
    if (sys::monotonic_now() - task->doomed_since >= kKillPatience)
      std::ranges::copy(members_of(*task), std::back_inserter(late));
  if (const std::string survivors = survivors_text(late, true, oracle_); !survivors.empty())
    post_(Survived{effect.instance, effect.run, survivors});
}

std::vector<pid_t> Runs::members_of(const TaskRun& task) {
  std::set<pid_t> out;
  if (task.shared != nullptr || task.process.pid == 0) return {};
  if (!task.is_over) out.insert(task.process.pid);
  if (const auto below = sys::descendants_of(task.process.pid)) out.insert(below->begin(), below->end());
  if (task.group)
    if (const auto members = task.group->processes()) out.insert(members->pids.begin(), members->pids.end());
  return {out.begin(), out.end()};
}

// Whether an orphan of the run is one of the task: it is of its session or says so; or any, where nothing else of the
// run is alive but this hook.
bool Runs::is_of_task(pid_t orphan, const TaskRun& task) const {
  const bool is_hook = !task.done;
  const bool is_alone = task.order.kind == TaskKind::pre_start || task.order.kind == TaskKind::post_stop;
  const auto owner = orphan_owners_.find(orphan);
  return (is_hook && is_alone) || (owner != orphan_owners_.end() && owner->second.task == task.serial);
}

// As with that of a main process. It is settled when this turn is over, for who asks is among the tasks.
bool Runs::give_up_launch(const Run& run, TaskRun& task) {
  if (!task.shared->give_up()) return false;
  given_up_.push_back({run.id, std::move(task.shared)});
  task.failure = kGivenUp;
  task.is_over = true;
  give_back(task.slot);
  tasking_.push_back(run.instance);
  look_soon_.arm(Duration{0});
  return true;
}

// With all that it has made: what is in its cgroup; and, for what is not, what is below it or has come from there to
// us. Where neither is known, its process group: that has its number as long as somebody is in it, even without the
// task's process.
void Runs::kill_task(const Run& run, TaskRun& task) {
  if (!std::exchange(task.is_doomed, true)) task.doomed_since = sys::monotonic_now();
  if (task.shared != nullptr) {
    if (!give_up_launch(run, task)) (void)task.shared->in_progress.send_signal(kKill);
    return;
  }
  if (task.process.pid == 0) return;  // It could not be made.
  const bool is_killed = task.group && task.group->kill();
  if (!is_killed && !task.is_over) {
    signal_below(task.process.pid, kKill);
    (void)sys::send_signal(task.process, kKill);
  }
  if (!is_killed && (!task.is_over || !orphans_)) (void)sys::send_group_signal(task.process.pid, kKill);
  for (const pid_t pid : run.orphans)
    if (is_of_task(pid, task)) signal_orphan(pid, kKill);
}

bool Runs::task_has_rest(InstanceId instance, const Run& run, TaskRun& task) {
  if (task.process.pid == 0) return false;
  if (std::ranges::any_of(run.orphans, [&](pid_t pid) { return is_of_task(pid, task); })) return true;
  if (!task.group) return has_rest_outside_groups(task);
  if (!may_be_populated(*task.group)) return false;
  if (!task.is_watched && watch_)
    task.is_watched = watch_->add(*task.group, task_token(instance, task.serial)).has_value();
  if (!task.is_watched) look_again_.arm(kLookAgain);
  return may_be_populated(*task.group);
}

// Where there are no cgroups. Who has just come may still say that it is of the task, and who is in its process group
// may end without a word to us, as another's child.
bool Runs::has_rest_outside_groups(const TaskRun& task) {
  if (is_undecided_ || is_somebody_passing_) {
    look_again_.arm(is_undecided_ ? kLookAgain : kPassing);
    return true;
  }
  if (orphans_ || !sys::send_group_signal(task.process.pid, Signal{0})) return false;
  look_again_.arm(kLookAgain);
  return true;
}

void Runs::tell_end(InstanceId instance, const Run& run, TaskRun& task) {
  if (task.is_watched) watch_->remove(task_token(instance, task.serial));
  if (task.group) (void)task.group->remove();
  log_.flush(run.id);
  drop_held(run, task.serial);
  if (task.done) {
    const bool has_run = task.process.pid != 0;
    return task.done(has_run ? Result<ExitStatus>(task.status) : fail(Errc::sys, task.failure));
  }
  const RunTask& order = task.order;
  if (!task.failure.empty())
    say::warn("{}: {} {} failed: {}", run.name, enum_name(order.kind), order.index + 1, task.failure);
  post_(TaskEnded{instance, run.id, order.kind, order.index, task.failure});
}

// Tells which tasks are over with all that they had made. Who is told may look at the tasks, so they are taken out
// first.
void Runs::settle_tasks() {
  std::erase_if(tasking_, [this](InstanceId instance) {
    Run* run = runs_[instance.value].get();
    if (run == nullptr) return true;
    bool is_done = true;
    std::vector<std::unique_ptr<TaskRun>> left, over;
    for (std::unique_ptr<TaskRun>& task : run->tasks) {
      const bool has_rest = task->is_over && task_has_rest(instance, *run, *task);
      if (has_rest) kill_task(*run, *task);  // Who has come to us since.
      is_done = is_done && !has_rest;
      (task->is_over && !has_rest ? over : left).push_back(std::move(task));
    }
    run->tasks = std::move(left);
    if (!over.empty()) note(*run);
    for (const std::unique_ptr<TaskRun>& task : over) tell_end(instance, *run, *task);
    if (run->is_left && run->tasks.empty()) forget(instance);
    return is_done;
  });
}

}  // namespace sup
