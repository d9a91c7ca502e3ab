// Runs: hooks and stop commands, which run beside the main process.
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/epoll.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "daemon/run_tokens.hpp"
#include "daemon/runs.hpp"

namespace sup {
namespace {

constexpr Signal kKill{SIGKILL};

const Command& command_of(const RunTask& task, const ServiceSpec& spec) {
  switch (task.kind) {
    case TaskKind::pre_start: return spec.pre_start[task.index].command;
    case TaskKind::post_start: return spec.post_start[task.index].command;
    case TaskKind::pre_stop: return spec.pre_stop[task.index].command;
    case TaskKind::stop_step: return spec.stop.steps[task.index].command;
    case TaskKind::post_stop: return spec.post_stop[task.index].command;
  }
  return spec.command;
}

}  // namespace

TaskRun* Runs::find_task(Run& run, std::uint32_t serial) {
  const auto it = std::ranges::find(run.tasks, serial, [](const auto& task) { return task->serial; });
  return it == run.tasks.end() ? nullptr : it->get();
}

void Runs::run_task(const RunTask& effect, const NamedService& service, std::vector<EnvEntry> env) {
  Run& run = live_or_new(effect.instance, effect.run, service);
  // It was ordered before the engine heard of the end, and that is the answer: a task of now would outlive the run.
  if (run.is_over && effect.kind != TaskKind::post_stop) return;
  if (run.shared != nullptr) {  // A stop that came before the program runs.
    run.pending_tasks.emplace_back(effect, std::move(env));
    return;
  }
  auto task = std::make_unique<TaskRun>();
  task->order = effect;
  task->serial = ++run.last_task;
  task->shared = std::make_unique<LaunchShared>();
  const LaunchOrder order{&service,       effect.instance,    effect.run,
                          run.invocation, task->shared.get(), run.group ? &*run.group : nullptr};
  TaskOrder whole{order, &command_of(effect, service.spec), fmt::format("{}.{}", enum_name(effect.kind), task->serial),
                  std::move(env)};
  if (!run.main_is_gone) whole.env.push_back({"MAINPID", std::to_string(run.main.pid), "supervisord"});
  TaskRun& added = *run.tasks.emplace_back(std::move(task));
  launch(effect.instance, run, added, std::move(whole));
}

void Runs::launch(InstanceId instance, Run& run, TaskRun& task, TaskOrder order) {
  workers_.submit([this, instance, id = run.id, serial = task.serial, order = std::move(order)]() -> Continuation {
    return [this, instance, id, serial, launched = launch_task(context_, order)]() mutable {
      on_task_launched(instance, id, serial, std::move(launched));
    };
  });
}

void Runs::on_task_launched(InstanceId instance, RunId id, std::uint32_t serial, Result<Launched> launched) {
  Run& run = *live(instance, id);  // It is not forgotten while it has tasks.
  TaskRun& task = *find_task(run, serial);
  task.shared.reset();
  if (!launched) {
    task.failure = std::move(launched.error().what);
    task.is_over = true;
    tasking_.push_back(instance);
    return look_around();
  }
  task.process = std::move(launched->process);
  task.group = std::move(launched->own_group);
  if (launched->group) run.group = std::move(launched->group);
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
  if (status.as_code() != 0) task.failure = status.text();
  kill_task(run, task);
  tasking_.push_back(instance);
}

void Runs::kill_tasks(const KillTasks& effect) {
  Run* run = live(effect.instance, effect.run);
  if (run == nullptr) return;
  for (const auto& task : run->tasks) kill_task(*run, *task);
}

// Whether an orphan of the run is one of the task: of its session; or any, where nothing else of the run is alive but
// this hook.
bool Runs::is_of_task(pid_t orphan, const TaskRun& task) {
  const bool is_alone = task.order.kind == TaskKind::pre_start || task.order.kind == TaskKind::post_stop;
  return is_alone || sys::session_of(orphan).value_or(0) == task.process.pid;
}

// With all that it has made: what is in its cgroup; and, for what is not, what is below it or has come from there to
// us. Where neither is known, its process group: that has its number as long as somebody is in it, even without the
// task's process.
void Runs::kill_task(const Run& run, TaskRun& task) {
  task.is_doomed = true;
  if (task.shared != nullptr) {
    task.shared->is_cancelled.store(true, std::memory_order_relaxed);
    (void)task.shared->in_progress.send_signal(kKill);
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
    if (is_of_task(pid, task)) ::kill(pid, SIGKILL);
}

bool Runs::task_has_rest(InstanceId instance, const Run& run, TaskRun& task) {
  if (task.process.pid == 0) return false;
  if (std::ranges::any_of(run.orphans, [&](pid_t pid) { return is_of_task(pid, task); })) return true;
  if (!task.group) return !orphans_ && sys::send_group_signal(task.process.pid, Signal{0}).has_value();
  if (!may_be_populated(*task.group)) return false;
  if (!task.is_watched) task.is_watched = watch_->add(*task.group, task_token(instance, task.serial)).has_value();
  if (!task.is_watched) look_again_.arm(kLookAgain);
  return may_be_populated(*task.group);
}

// Tells which tasks are over with all that they had made.
void Runs::settle_tasks() {
  std::erase_if(tasking_, [this](InstanceId instance) {
    Run* run = runs_[instance.value].get();
    if (run == nullptr) return true;
    bool is_done = true;
    std::erase_if(run->tasks, [&](const std::unique_ptr<TaskRun>& task) {
      if (!task->is_over) return false;
      if (task_has_rest(instance, *run, *task)) {
        kill_task(*run, *task);  // Who has come to us since.
        return is_done = false;
      }
      if (task->group) {
        if (task->is_watched) watch_->remove(task_token(instance, task->serial));
        (void)task->group->remove();
      }
      log_.flush(run->id);
      const RunTask& order = task->order;
      if (!task->failure.empty())
        spdlog::warn("{}: {} {} failed: {}", run->service->name, enum_name(order.kind), order.index + 1, task->failure);
      post_(TaskEnded{instance, run->id, order.kind, order.index, task->failure});
      return true;
    });
    return is_done;
  });
}

}  // namespace sup
