// Runs: how those of an earlier manager are taken over.
//
// What was its child is the guard's now: that reaps it and tells us how it ended. Everything is as it was recorded at
// the end of a turn; the engine tells again what its state owes, and each of these deeds looks first whether it was
// done.
#include <fmt/format.h>
#include <sys/epoll.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "daemon/launch_output.hpp"
#include "daemon/run_tokens.hpp"
#include "daemon/runs.hpp"
#include "daemon/say.hpp"
#include "guard/holder.hpp"
#include "sys/clock.hpp"
#include "sys/fd.hpp"

namespace sup {
namespace {

constexpr Duration kExecutingPause = std::chrono::milliseconds{5};

// Whether the program of a run was executed: its environment is that of the run, or it is another program than ours
// (one may have been given no environment, or write over it). Where nobody can tell, it was.
bool is_executed(pid_t pid, const InvocationId& invocation) {
  const auto environment = sys::start_of_environment(pid);
  if (!environment) return environment.error().code != Errc::not_found || !sys::process_facts(pid);
  const auto said = sys::invocation_in(*environment);
  return (said && said->id == invocation) || !sys::executes_our_program(pid).value_or(false);
}

}  // namespace

void Runs::resume(std::vector<ResumedRun> runs, Resumption& left) {
  const pid_t guard = left.guard();
  if (orphans_)
    if (auto of_guard = sys::Orphans::open_of(guard)) guard_orphans_ = std::move(*of_guard);
  for (ResumedRun& run : runs) resume_run(run, left);
  // The engine has not yet asked again for the hooks that it awaits: until it has, those that are over stay, or they
  // would be run twice. A worker's answer comes after that.
  std::vector<InstanceId> over = std::exchange(tasking_, {});
  on_guard_exits(left.take_ends());
  std::ranges::move(left.take_launches(), std::back_inserter(done_slots_));
  look_around();
  if (resuming_outputs_ == 0) log_.settle();
  if (over.empty()) return;
  workers_.submit([this, over = std::move(over)]() mutable -> Continuation {
    return [this, over = std::move(over)] {
      tasking_.insert(tasking_.end(), over.begin(), over.end());
      look_around();
    };
  });
}

void Runs::resume_run(ResumedRun& resumed, Resumption& left) {
  const RunRecord& record = resumed.record;
  Run& run = live_or_new(resumed.instance, resumed.id, std::move(resumed.named));
  run.invocation = record.invocation;
  run.begun_at = record.begun_at;
  run.status = record.status;
  run.next_main = record.next_main;
  run.is_over = record.is_over;
  run.is_doomed = record.is_doomed;
  run.doomed_since = run.waned_at = record.doomed_since;
  run.told = record.told;
  run.last_task = record.last_task;
  run.main_group = record.main_group;
  if (auto group = context_.containment->open_group(group_name(run.name, run.invocation)))
    run.group = std::move(*group);
  resume_main(run, record, left);
  for (const TaskRecord& task : record.tasks) resume_task(run, task, left);
  if (run.main.pid == 0) return;  // What was made for a process that has not been made is made anew with that.
  resume_output(run, 0, left);
  resume_voice(run, record, left);
}

void Runs::resume_main(Run& run, const RunRecord& record, Resumption& left) {
  const bool was_launching = record.main == 0;
  const pid_t pid = was_launching ? left.launched(run.id, 0) : record.main;
  if (pid == 0) return;
  run.main.pid = pid;
  run.main_is_gone = !was_launching && record.main_is_gone;
  if (was_launching) run.main_group = pid;
  if (run.main_is_gone) {
    if (!run.is_over) ending_.push_back(run.instance);  // Others of it may be alive.
    return;
  }
  Resumption::Found found = left.find(pid);
  if (found.is_lost) say::error("{}: how process {} has ended is not known", run.name, pid);
  const std::optional<ExitStatus> ended = found.is_lost ? kUnknownEnd : found.ended;
  if (!ended) {
    run.main = std::move(found.process);
    adopted_.emplace(pid, Owner{run.instance, 0});
    run.is_executing = was_launching && !is_executed(pid, run.invocation);
    if (run.is_executing) run.slot = left.take_launch(run.id, 0);  // The next manager has to know of it, too.
  }
  if (run.is_executing) return executing_.arm(kExecutingPause);
  if (was_launching) post_(Spawned{run.instance, run.id, pid});
  if (ended) on_main_exit(run.instance, *ended);
}

void Runs::watch_executing() {
  bool is_any_left = false;
  for (const auto& run : runs_) {
    if (run == nullptr || !run->is_executing) continue;
    run->is_executing = !is_executed(run->main.pid, run->invocation);
    is_any_left |= run->is_executing;
    if (run->is_executing) continue;
    give_back(run->slot);
    know_owner(*run);
    note(*run);
    post_(Spawned{run->instance, run->id, run->main.pid});
  }
  if (is_any_left) executing_.arm(kExecutingPause);
}

// What nobody waits for any more is killed. One that had not been made is made when the engine asks for it again.
void Runs::resume_task(Run& run, const TaskRecord& record, Resumption& left) {
  const pid_t pid = record.pid != 0 ? record.pid : left.launched(run.id, record.serial);
  const bool is_not_made = pid == 0 && !record.is_over;
  if (is_not_made && record.kind == TaskKind::stop_step && !record.is_asked && run.told > 0) --run.told;
  if (pid == 0) return;
  auto task = std::make_unique<TaskRun>();
  task->order = {run.instance, run.id, record.kind, record.index};
  task->serial = record.serial;
  task->name = record.name;
  task->process.pid = pid;
  task->is_over = record.is_over;
  task->status = record.status;
  task->failure = record.failure;
  if (record.is_asked) task->done = [](const Result<ExitStatus>&) {};
  if (run.group)
    if (auto group = sys::Cgroup::open(run.group->directory(), task->name)) task->group = std::move(*group);
  TaskRun& added = *run.tasks.emplace_back(std::move(task));
  resume_output(run, record.serial, left);
  if (added.is_over) return tasking_.push_back(run.instance);
  Resumption::Found found = left.find(pid);
  if (found.ended || found.is_lost) return on_task_exit(run.instance, run, added, found.ended.value_or(kUnknownEnd));
  added.process = std::move(found.process);
  adopted_.emplace(pid, Owner{run.instance, record.serial});
  if (record.is_asked || record.is_doomed) kill_task(run, added);
}

// Opened by a worker, since the disk may hang; until then the pipes hold what is written.
void Runs::resume_output(Run& run, std::uint32_t serial, Resumption& left) {
  KeptOutput kept{.out = left.take(held_name(kOutput, run.id, serial)),
                  .err = left.take(held_name(kErrors, run.id, serial)),
                  .terminal = left.take(held_name(kTerminal, run.id, serial))};
  if (kept.terminal.is_open())
    if (auto master = sys::dup_cloexec_above_stdio(kept.terminal.get())) run.terminal = std::move(*master);
  if (!kept.out.is_open() && !kept.err.is_open() && !kept.terminal.is_open()) return;
  LaunchOrder order{run.service, run.name, run.instance, run.id, run.invocation, nullptr, nullptr, {}};
  order.serial = serial;
  read_again(std::move(order), run.main.pid, std::move(kept));
}

void Runs::read_again(LaunchOrder order, pid_t pid, KeptOutput kept) {
  const Asks asks = asked_by(order);
  ++resuming_outputs_;
  workers_.submit(
      [this, pid, order = std::move(order), kept = std::move(kept)]() mutable -> Continuation {
        auto sources = resume_sources(context_, order, std::move(kept), pid);
        return [this, name = order.name, sources = std::move(sources)]() mutable {
          for (const std::string& trouble : sources.troubles) say::error("{}: {}", name, trouble);
          attach(std::move(sources.sources));
          if (--resuming_outputs_ > 0) return;
          log_.settle();
          for (auto& action : std::exchange(awaiting_outputs_, {})) action();
        };
      },
      asks);
}

void Runs::resume_left_output(const LeftOutputRecord& record, InstanceId instance, const Named& whose,
                              Resumption& left) {
  KeptOutput kept{.out = left.take(held_name(kOutput, record.run, record.serial)),
                  .err = left.take(held_name(kErrors, record.run, record.serial)),
                  .terminal = left.take(held_name(kTerminal, record.run, record.serial))};
  record_left_output(record);
  left_outputs_.back().is_flushed = false;
  if (!kept.out.is_open() && !kept.err.is_open() && !kept.terminal.is_open()) return;
  LaunchOrder order{whose.service, whose.name, instance, record.run, record.invocation, nullptr, nullptr, {}};
  order.serial = record.serial;
  read_again(std::move(order), record.main, std::move(kept));
}

void Runs::when_output_is_resumed(std::move_only_function<void()> action) {
  if (resuming_outputs_ == 0) return action();
  awaiting_outputs_.push_back(std::move(action));
}

void Runs::resume_voice(Run& run, const RunRecord& record, Resumption& left) {
  UniqueFd socket = left.take(held_name(kNotify, run.id));
  UniqueFd ready = left.take(held_name(kReady, run.id));
  if (run.is_over) return;
  if (ready.is_open()) await_newline(run.instance, run, std::move(ready));
  if (!socket.is_open()) return;
  const bool is_known = !record.notify.empty();  // Else the manager was killed before it knew of the process.
  std::string address = is_known ? record.notify : sys::datagram_address(socket).value_or("");
  listen(run.instance, run, {std::move(socket), std::move(address), record.notify_owner});
  run.voice->status = record.notify_status;
  if (!is_known) know_owner(run);
}

// As whom it runs, as far as nobody has recorded it: once it executes its program, it is that.
void Runs::know_owner(Run& run) {
  if (run.voice == nullptr) return;
  if (const auto uid = sys::process_uid(run.main.pid)) run.voice->owner = *uid;
}

void Runs::on_guard_exits(std::span<const guard::Exit> exits) {
  for (const guard::Exit& exit : exits) {
    const auto found = adopted_.find(exit.pid);
    if (found == adopted_.end()) {
      on_orphan_end({exit.pid, exit.status});
      continue;
    }
    const Owner owner = found->second;
    adopted_.erase(found);
    Run* run = runs_[owner.instance.value].get();
    if (run == nullptr) continue;
    if (owner.task == 0 && !run->main_is_gone && run->main.pid == exit.pid) {
      if (std::exchange(run->is_executing, false)) {
        give_back(run->slot);
        post_(Spawned{run->instance, run->id, exit.pid});
      }
      on_main_exit(owner.instance, exit.status);
    } else if (TaskRun* task = owner.task == 0 ? nullptr : find_task(*run, owner.task); task && !task->is_over) {
      on_task_exit(owner.instance, *run, *task, exit.status);
    }
  }
  look_around();
}

// What has become the guard's is somebody else's now: of its end only the pidfd tells, and not how it was.
void Runs::on_guard_gone() {
  for (const auto& [pid, owner] : adopted_) {
    Run* run = runs_[owner.instance.value].get();
    if (run == nullptr) continue;
    TaskRun* task = owner.task == 0 ? nullptr : find_task(*run, owner.task);
    const sys::ProcessRef& process = task != nullptr ? task->process : run->main;
    const std::uint64_t token = task != nullptr ? task_token(owner.instance, owner.task) : main_token(owner.instance);
    if (process.pid == pid && process.pidfd.is_open()) (void)exits_.add(process.pidfd, EPOLLIN, token);
  }
  is_guard_gone_ = true;
}

// A child of ours has its number until we reap it; one of the guard may have lost it, so it is looked at twice.
void Runs::signal_orphan(pid_t pid, Signal signal) const {
  if (!orphans_of_guard_.contains(pid)) {
    ::kill(pid, signal.number);
    return;
  }
  const auto process = sys::open_process(pid);
  const auto facts = sys::process_facts(pid);
  const bool is_there = process && facts && facts->ppid == guard::Holder::of_this_process().guard_pid();
  if (is_there) (void)sys::send_signal(*process, signal);
}

}  // namespace sup
