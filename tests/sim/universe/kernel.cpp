// Kernel: what processes do by themselves, and what is reported of it.
#include "sim/universe/kernel.hpp"

#include <algorithm>
#include <utility>

namespace sup::sim {
namespace {

using namespace std::chrono_literals;

constexpr Duration kShort = 2s;
constexpr Duration kLong = 60s;

}  // namespace

std::size_t Kernel::live_runs(InstanceId instance) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(runs_, [&](const KernelRun& run) { return run.instance == instance && run.is_alive(); }));
}

bool Kernel::is_alive(RunId run) const {
  return std::ranges::any_of(runs_, [&](const KernelRun& r) { return r.run == run && r.is_alive(); });
}

// ---- processes ----

Process Kernel::make_process(bool is_main) {
  Process out{.is_main = is_main, .end = {}};
  if (is_calm_) return out;
  out.is_in_group = is_main || dice_.percent(70);
  if (dice_.percent(temper_.deaf)) out.deaf_to = dice_.percent(50) ? 100 : 1 + dice_.below(2);
  if (dice_.percent(50)) out.obeys_after = dice_.up_to(3s);
  if (dice_.percent(temper_.stuck)) out.kill_takes = dice_.up_to(10s);
  return out;
}

// When and how the main process ends by itself, if it does.
void Kernel::decide_life(Process& main, const ServiceSpec& spec, Instant now) {
  const bool ends_by_design = spec.type == ServiceType::oneshot || spec.type == ServiceType::forking;
  if (is_calm_) {
    if (ends_by_design) main.dies_at = now + dice_.up_to(200ms);
    main.end = exited(spec.success_codes.front());
    return;
  }
  if (!dice_.percent(ends_by_design ? 95 : temper_.dies)) return;
  const bool is_short = spec.type == ServiceType::forking || dice_.percent(60);
  const Duration life = dice_.percent(temper_.dies_at_once) ? 0ms : dice_.up_to(is_short ? kShort : kLong);
  main.dies_at = now + life;
  if (spec.type == ServiceType::forking && dice_.percent(80))
    main.end = exited(spec.success_codes.front());
  else if (dice_.percent(15))
    main.end = killed_by(Signal{dice_.percent(50) ? 11 : 15});
  else
    main.end = exited(dice_.percent(55) ? 0 : 1 + static_cast<int>(dice_.below(4)));
}

void Kernel::populate(KernelRun& run, Instant now) {
  const ServiceSpec& spec = run.service->spec;
  Process main = make_process(true);
  decide_life(main, spec, now);
  run.processes.push_back(main);
  if (spec.type == ServiceType::forking && (is_calm_ || dice_.percent(90))) {
    Process daemon = make_process(false);
    if (!is_calm_ && dice_.percent(temper_.dies)) daemon.dies_at = now + dice_.up_to(kLong);
    daemon.end = exited(dice_.percent(55) ? 0 : 1);
    run.processes.push_back(daemon);
  }
  if (is_calm_ || !dice_.percent(temper_.outlived)) return;
  for (std::uint32_t count = 1 + dice_.below(3); count > 0; --count) {
    Process other = make_process(false);
    if (dice_.percent(50)) other.dies_at = now + dice_.up_to(dice_.percent(50) ? kShort : kLong);
    run.processes.push_back(other);
  }
}

// It ends well, or fails, or hangs; and sometimes it ends late.
Process Kernel::make_task_process(Instant now) {
  Process out = make_process(false);
  if (is_calm_) {
    out.dies_at = now + dice_.up_to(100ms);
    return out;
  }
  if (dice_.percent(temper_.hook_hangs)) return out;
  out.dies_at = now + (dice_.percent(20) ? 0ms : dice_.up_to(dice_.percent(80) ? kShort : kLong));
  if (dice_.percent(temper_.hook_fails)) out.end = exited(1 + static_cast<int>(dice_.below(4)));
  return out;
}

// ---- time ----

std::optional<Instant> Kernel::next() const {
  Instant first = kNever;
  for (const KernelRun& run : runs_) {
    const bool is_gone = run.is_executed && run.failure.empty() && !run.is_over && !run.is_alive();
    if (!run.reports.empty() || is_gone) first = Instant{};
    if (run.is_launching()) first = std::min(first, run.spawned_at);
    if (run.search) first = std::min(first, run.search->due);
    first = std::min(first, run.probed_at);
    if (!run.is_frozen)
      for (const Saying& saying : run.sayings) first = std::min(first, saying.due);
    for (const Process& process : run.processes) first = std::min(first, process.dies_at);
    for (const Task& task : run.tasks) first = std::min(first, task.is_begun ? task.process.dies_at : task.begins_at);
  }
  for (const auto& [id, external] : externals_) first = std::min(first, external.probed_at);
  if (first == kNever) return std::nullopt;
  return first;
}

void Kernel::execute(KernelRun& run) {
  run.is_executed = true;
  if (executed_.size() <= run.run.value) executed_.resize(run.run.value + 1);
  // A KILL that waited for the process finds it before its exec as easily as after it.
  if (run.is_kill_pending && run.failure.empty() && dice_.percent(50)) run.failure = "killed before exec";
  if (!run.failure.empty()) {
    run.is_over = true;
    run.tasks.clear();
    run.reports.emplace_back(SpawnFailed{run.instance, run.run, run.failure});
    return;
  }
  executed_[run.run.value] = true;
  populate(run, run.spawned_at);
  plan_sayings(run, run.spawned_at);
  // It may be heard before the daemon knows that it runs.
  if (ready_kind(run.service->spec) == ReadyKind::notify && !is_calm_ && dice_.percent(10))
    run.reports.emplace_back(BecameReady{run.instance, run.run, ReadyBy::said});
  for (const SignalRun& signal : std::exchange(run.pending, {})) deliver(run, signal, run.spawned_at);
  if (run.is_kill_pending)
    for (Process& process : run.processes) receive_kill(process, run.spawned_at);
  run.reports.emplace_back(Spawned{run.instance, run.run, next_pid_++});
  for (Task& task : run.tasks) begin(task, run.spawned_at);
}

void Kernel::advance_tasks(KernelRun& run, Instant now) {
  for (Task& task : run.tasks) {
    if (task.is_begun || task.begins_at > now) continue;
    task.is_begun = true;
    task.process = make_task_process(task.begins_at);
    if (task.is_kill_pending) receive_kill(task.process, task.begins_at);
    if (run.is_frozen) freeze(task.process, task.begins_at);
    if (task.is_kill_pending && task.failure.empty() && dice_.percent(50)) task.failure = "killed before exec";
    if (!task.failure.empty()) task.process.dies_at = task.begins_at;
  }
  std::erase_if(run.tasks, [&](const Task& task) {
    if (!task.is_begun || task.process.dies_at > now) return false;
    const ExitStatus& end = task.process.end;
    const bool has_failed = end.code != 0 || end.signal != 0;
    const std::string failure = task.failure.empty() && has_failed ? end.text() : task.failure;
    run.reports.emplace_back(TaskEnded{run.instance, run.run, task.order.kind, task.order.index, failure});
    return true;
  });
}

// What it finds is the main process from now on. If nothing is left, the end of the run tells it.
void Kernel::end_search(KernelRun& run) {
  const Search search = *std::exchange(run.search, std::nullopt);
  if (!search.failure.empty()) {
    run.reports.emplace_back(MainLost{run.instance, run.run, search.failure});
  } else if (!run.processes.empty()) {
    run.processes.front().is_main = true;
    run.is_found = true;
    run.is_main_gone = false;
    run.reports.emplace_back(MainFound{run.instance, run.run, next_pid_++});
  }
}

void Kernel::bury(KernelRun& run, Instant now) {
  const bool was_main_gone = run.is_main_gone;
  std::erase_if(run.processes, [&](const Process& process) {
    if (process.dies_at > now) return false;
    if (process.is_main) {
      run.is_main_gone = true;
      run.main_end = process.end;
    }
    return true;
  });
  const bool is_over = run.processes.empty() && run.tasks.empty();
  // The daemon may see the end of the main process first, or the end of everything at once.
  if (!was_main_gone && run.is_main_gone && (!is_over || dice_.percent(20)))
    run.reports.emplace_back(MainExited{run.instance, run.run, run.main_end});
  if (!is_over) return;
  run.is_over = true;
  run.search.reset();
  run.reports.emplace_back(Ended{run.instance, run.run, run.main_end});
}

// A task's end may be seen before or after that of the main process, but not after that of the run.
std::vector<Event> Kernel::advance(KernelRun& run, Instant now) {
  if (run.is_launching() && run.spawned_at <= now) execute(run);
  const bool are_tasks_first = dice_.percent(50);
  if (are_tasks_first) advance_tasks(run, now);
  if (run.search && run.search->due <= now) end_search(run);
  const bool has_program = run.is_executed && run.failure.empty();
  if (has_program) {
    say(run, now);
    answer_probe(run, now);
  }
  if (has_program && !run.is_over) bury(run, now);
  if (!are_tasks_first) {
    advance_tasks(run, now);
    if (has_program && !run.is_over && run.is_main_gone) bury(run, now);
  }
  return std::exchange(run.reports, {});
}

std::vector<Event> Kernel::happen(Instant now) {
  std::vector<Event> out;
  for (KernelRun& run : runs_) {
    std::size_t place = 0;
    for (Event& report : advance(run, now)) {
      // Anywhere after the run's previous report.
      place += dice_.below(static_cast<std::uint32_t>(out.size() - place) + 1);
      out.insert(out.begin() + static_cast<std::ptrdiff_t>(place), std::move(report));
      ++place;
    }
  }
  answer_externals(out, now);
  return out;
}

// ---- the end of the faults ----

void Kernel::calm_down(Process& process, bool ends_by_itself, Instant now) {
  process.deaf_to = 0;
  process.obeys_after = 0ms;
  process.kill_takes = 0ms;
  process.left.reset();
  if (process.is_told)
    process.dies_at = std::min(process.dies_at, now);
  else
    process.dies_at = ends_by_itself ? now + dice_.up_to(200ms) : kNever;
}

void Kernel::calm_down(KernelRun& run, Instant now) {
  const ServiceSpec& spec = run.service->spec;
  if (!run.is_executed) run.failure.clear();
  if (run.is_launching()) run.spawned_at = std::min(run.spawned_at, now + 50ms);
  const bool has_launcher = spec.type == ServiceType::forking && !run.is_found;
  for (Process& process : run.processes) {
    const bool is_oneshot = spec.type == ServiceType::oneshot;
    calm_down(process, is_oneshot || (process.is_main && has_launcher), now);
    if (!process.is_told) process.end = exited(spec.success_codes.front());
  }
  for (Task& task : run.tasks) {
    if (task.begins_at != kNever) task.begins_at = std::min(task.begins_at, now + 50ms);
    if (!task.is_begun) task.failure.clear();
    if (task.is_begun) calm_down(task.process, true, now);
    if (!task.process.is_told) task.process.end = exited(0);
  }
  if (!run.processes.empty()) calm_sayings(run, now);
  if (run.search) run.search = Search{now + dice_.up_to(50ms), {}};
}

void Kernel::calm_down(Instant now) {
  is_calm_ = true;
  for (KernelRun& run : runs_) calm_down(run, now);
}

std::optional<Event> Kernel::stale_report() {
  if (over_.empty()) return std::nullopt;
  const KernelRun& run = dice_.pick(over_);
  const auto kind = static_cast<TaskKind>(dice_.below(kEnumNames<TaskKind>.size()));
  switch (dice_.below(15)) {
    case 0: return Spawned{run.instance, run.run, 1};
    case 1: return SpawnFailed{run.instance, run.run, "stale"};
    case 2: return MainExited{run.instance, run.run, exited(7)};
    case 3: return MainFound{run.instance, run.run, 1};
    case 4: return MainLost{run.instance, run.run, "stale"};
    case 5: return TaskEnded{run.instance, run.run, kind, 0, dice_.percent(50) ? "stale" : ""};
    case 6: return Survived{run.instance, run.run, "stale"};
    case 7: return BecameReady{run.instance, run.run, ReadyBy::said};
    case 8: return ReadyFailed{run.instance, run.run, "stale"};
    case 9: return ReadyProbeFailed{run.instance, run.run, "stale"};
    case 10: return NoticeGiven{run.instance, run.run, static_cast<Notice>(dice_.below(6))};
    case 11: return MoreTimeAsked{run.instance, run.run, 5s};
    case 12: return WatchdogSet{run.instance, run.run, 1s};
    case 13: return HealthProbed{run.instance, run.run, dice_.percent(50) ? "stale" : ""};
    default: return Ended{run.instance, run.run, exited(7)};
  }
}

}  // namespace sup::sim
