// Runs: what is recorded of them, and when.
#include <utility>

#include "daemon/launch_output.hpp"
#include "daemon/manager_rows.hpp"
#include "daemon/runs.hpp"
#include "guard/holder.hpp"

namespace sup {
namespace {

// Of the tasks of one run there are never so many at the same time.
std::uint64_t output_key(RunId run, std::uint32_t serial) {
  constexpr unsigned kBits = 16;
  return run.value << kBits | (serial & ((1U << kBits) - 1));
}

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
  drop_held(run, 0);
}

// The log may not have read all that is in its pipes: they stay until it has, and their record, too.
void Runs::drop_held(const Run& run, std::uint32_t serial) {
  guard::Holder& guard = guard::Holder::of_this_process();
  if (!guard.is_guarded()) return;
  for (const std::string_view what : kHeldSigns) guard.drop(held_name(what, run.id, serial));
  record_left_output({run.name, run.invocation, run.id, serial, run.main.pid});
}

// A log that hangs on its disk must not use up the descriptors of the guard.
void Runs::record_left_output(const LeftOutputRecord& record) {
  constexpr std::size_t kMost = 256;
  if (left_outputs_.size() >= kMost) {
    let_go(left_outputs_.front());
    left_outputs_.pop_front();
  }
  records_.put(RecordKind::left_output, output_key(record.run, record.serial), record);
  left_outputs_.push_back(
      {.run = record.run, .serial = record.serial, .fence = 0, .is_flushed = resuming_outputs_ == 0});
}

void Runs::let_go(const LeftOutput& output) {
  guard::Holder& guard = guard::Holder::of_this_process();
  for (const std::string_view what : kHeldOutputs) guard.drop(held_name(what, output.run, output.serial));
  records_.erase(RecordKind::left_output, output_key(output.run, output.serial));
}

// One for all that have come to an end in this turn; not before what an earlier manager has left is with the log.
void Runs::raise_fence() {
  if (left_outputs_.empty() || left_outputs_.back().fence != 0 || resuming_outputs_ > 0) return;
  for (const LeftOutput& output : left_outputs_)
    if (!output.is_flushed) log_.flush(output.run);
  const std::uint64_t fence = log_.raise_fence();
  for (LeftOutput& output : left_outputs_)
    if (output.fence == 0) output.fence = fence;
}

void Runs::on_log_fence(std::uint64_t passed) {
  while (!left_outputs_.empty() && left_outputs_.front().fence != 0 && left_outputs_.front().fence <= passed) {
    let_go(left_outputs_.front());
    left_outputs_.pop_front();
  }
}

}  // namespace sup
