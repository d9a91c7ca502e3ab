// Runs: what is recorded of them, and when.
#include <utility>

#include "daemon/launch_output.hpp"
#include "daemon/manager_rows.hpp"
#include "daemon/runs.hpp"
#include "guard/holder.hpp"

namespace sup {
namespace {

TaskRecord task_record(const TaskRun& task) {
  return {.serial = task.serial,
          .kind = task.order.kind,
          .index = task.order.index,
          .is_asked = static_cast<bool>(task.done),
          .name = task.name,
          .pid = task.process.pid,
          .is_over = task.is_over,
          .status = task.status,
          .failure = task.failure,
          .is_doomed = task.is_doomed};
}

}  // namespace

RunRecord Runs::record_of(const Run& run) {
  RunRecord out{.instance = run.name,
                .invocation = run.invocation,
                .begun_at = run.begun_at,
                .main = run.main.pid,
                .main_group = run.main_group,
                .main_is_gone = run.main_is_gone,
                .status = run.status,
                .notify = {},
                .notify_status = {},
                .next_main = run.next_main,
                .is_over = run.is_over,
                .is_doomed = run.is_doomed,
                .doomed_since = run.doomed_since,
                .told = run.told,
                .last_task = run.last_task,
                .tasks = {}};
  if (run.is_executing) out.main = 0;  // The table of launches has it.
  if (run.voice) {
    out.notify = run.voice->address;
    out.notify_owner = run.voice->owner;
    out.notify_status = run.voice->status;
  }
  for (const auto& task : run.tasks) out.tasks.push_back(task_record(*task));
  return out;
}

void Runs::note(Run& run) {
  if (!records_.are_kept() || run.is_host || std::exchange(run.is_noted, true)) return;
  noted_.push_back(run.instance);
}

void Runs::record() {
  for (const InstanceId instance : std::exchange(noted_, {})) {
    Run* run = runs_[instance.value].get();
    if (run == nullptr || !std::exchange(run->is_noted, false)) continue;
    records_.put(RecordKind::run, run->id.value, record_of(*run));
  }
}

void Runs::on_recorded() {
  for (const pid_t pid : std::exchange(unreaped_, {})) sys::reap_seen(pid);
  done_slots_.clear();
  take_heard();
}

void Runs::unrecord(const Run& run) {
  if (!records_.are_kept()) return;
  records_.erase(RecordKind::run, run.id.value);
  drop_held(run.id, 0);
}

void Runs::drop_held(RunId run, std::uint32_t serial) const {
  guard::Holder& guard = guard::Holder::of_this_process();
  if (!guard.is_guarded()) return;
  for (const std::string_view what : kHeldOfRun) guard.drop(held_name(what, run, serial));
}

}  // namespace sup
