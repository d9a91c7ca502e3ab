#include "sim/universe/kernel.hpp"

#include <algorithm>

namespace sup::sim {
namespace {

using namespace std::chrono_literals;

constexpr Signal kKill{9};
constexpr std::size_t kMaxRemembered = 8;

ExitStatus exited(int code) { return {code, 0, false}; }
ExitStatus killed_by(Signal signal) { return {0, signal.number, false}; }
bool is_stop_signal(Signal signal) { return signal.number <= 3 || signal.number == 15; }

}  // namespace

KernelRun* Kernel::find(RunId run) {
  const auto it = std::ranges::find(runs_, run, &KernelRun::run);
  return it == runs_.end() ? nullptr : &*it;
}

std::size_t Kernel::live_runs(InstanceId instance) const {
  return static_cast<std::size_t>(std::ranges::count(runs_, instance, &KernelRun::instance));
}

// ---- orders ----

void Kernel::spawn(const SpawnRun& order, Instant now) {
  KernelRun run{.instance = order.instance,
                .run = order.run,
                .spawned_at = now + 1ms,
                .failure = {},
                .main_end = {},
                .pending = {},
                .processes = {}};
  if (is_calm_) {
    run.spawned_at += dice_.up_to(50ms);
  } else {
    if (dice_.percent(temper_.spawn_is_slow))
      run.spawned_at += dice_.percent(30) ? dice_.up_to(6s) : dice_.up_to(300ms);
    if (dice_.percent(temper_.spawn_fails))
      run.failure = dice_.pick(std::vector<std::string>{"fork: Resource temporarily unavailable",
                                                        "working-dir '/srv': No such file or directory",
                                                        "exec 'program': Permission denied"});
  }
  runs_.push_back(std::move(run));
}

void Kernel::signal(const SignalRun& order, Instant now) {
  KernelRun* run = find(order.run);
  if (run == nullptr) return;
  if (!run->is_executed) {
    // A stop also takes back what has not begun.
    if (order.reason == SignalReason::stop && !is_calm_ && dice_.percent(30)) run->failure = "taken back";
    return run->pending.push_back(order.signal);
  }
  deliver(*run, order.signal, order.to, now);
}

void Kernel::kill(const KillRun& order, Instant now) {
  KernelRun* run = find(order.run);
  if (run == nullptr) return;
  run->is_kill_pending = true;
  for (Process& process : run->processes) receive_kill(process, now);
}

void Kernel::deliver(KernelRun& run, Signal signal, SignalTarget to, Instant now) {
  for (Process& process : run.processes) {
    const bool is_reached =
        to == SignalTarget::all || process.is_main || (to == SignalTarget::group && process.is_in_group);
    if (is_reached) receive(process, signal, now);
  }
}

void Kernel::receive(Process& process, Signal signal, Instant now) {
  if (signal == kKill) return receive_kill(process, now);
  if (!is_stop_signal(signal) && !dice_.percent(30)) return;
  if (process.deaf_to > 0) {
    --process.deaf_to;
    return;
  }
  const Instant death = now + process.obeys_after;
  if (death >= process.dies_at) return;
  process.dies_at = death;
  process.is_told = true;
  process.end = dice_.percent(60) ? killed_by(signal) : exited(dice_.percent(50) ? 0 : 128 + signal.number);
}

void Kernel::receive_kill(Process& process, Instant now) {
  const Instant death = now + process.kill_takes;
  if (death >= process.dies_at) return;
  process.dies_at = death;
  process.is_told = true;
  process.end = killed_by(kKill);
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
  const bool is_oneshot = spec.type == ServiceType::oneshot;
  if (is_calm_) {
    if (is_oneshot) main.dies_at = now + dice_.up_to(200ms);
    main.end = exited(spec.success_codes.front());
    return;
  }
  if (!dice_.percent(is_oneshot ? 95 : temper_.dies)) return;
  const bool is_short = dice_.percent(60);
  const Duration life =
      dice_.percent(temper_.dies_at_once) ? 0ms : dice_.up_to(is_short ? Duration{2s} : Duration{60s});
  main.dies_at = now + life;
  if (dice_.percent(15))
    main.end = killed_by(Signal{dice_.percent(50) ? 11 : 15});
  else
    main.end = exited(dice_.percent(55) ? 0 : 1 + static_cast<int>(dice_.below(4)));
}

void Kernel::populate(KernelRun& run, Instant now) {
  Process main = make_process(true);
  decide_life(main, set_.services[run.instance.value].spec, now);
  run.processes.push_back(main);
  if (is_calm_ || !dice_.percent(temper_.outlived)) return;
  for (std::uint32_t count = 1 + dice_.below(3); count > 0; --count) {
    Process other = make_process(false);
    if (dice_.percent(50)) other.dies_at = now + dice_.up_to(dice_.percent(50) ? Duration{2s} : Duration{60s});
    run.processes.push_back(other);
  }
}

// ---- time ----

std::optional<Instant> Kernel::next() const {
  Instant first = kNever;
  for (const KernelRun& run : runs_) {
    if (!run.is_executed) first = std::min(first, run.spawned_at);
    for (const Process& process : run.processes) first = std::min(first, process.dies_at);
  }
  if (first == kNever) return std::nullopt;
  return first;
}

void Kernel::execute(KernelRun& run, std::vector<Event>& reports) {
  run.is_executed = true;
  if (executed_.size() <= run.run.value) executed_.resize(run.run.value + 1);
  // A KILL that waited for the process finds it before its exec as easily as after it.
  if (run.is_kill_pending && run.failure.empty() && dice_.percent(50)) run.failure = "killed before exec";
  if (!run.failure.empty()) return reports.push_back(SpawnFailed{run.instance, run.run, run.failure});
  executed_[run.run.value] = true;
  populate(run, run.spawned_at);
  for (const Signal signal : run.pending) deliver(run, signal, SignalTarget::group, run.spawned_at);
  if (run.is_kill_pending)
    for (Process& process : run.processes) receive_kill(process, run.spawned_at);
  reports.push_back(Spawned{run.instance, run.run, next_pid_++});
}

void Kernel::bury(KernelRun& run, Instant now, std::vector<Event>& reports) {
  const bool was_main_gone = run.is_main_gone;
  std::erase_if(run.processes, [&](const Process& process) {
    if (process.dies_at > now) return false;
    if (process.is_main) {
      run.is_main_gone = true;
      run.main_end = process.end;
    }
    return true;
  });
  const bool is_over = run.processes.empty();
  // The daemon may see the end of the main process first, or the end of everything at once.
  if (!was_main_gone && run.is_main_gone && (!is_over || dice_.percent(20)))
    reports.push_back(MainExited{run.instance, run.run, run.main_end});
  if (is_over) reports.push_back(Ended{run.instance, run.run, run.main_end});
}

std::vector<Event> Kernel::advance(KernelRun& run, Instant now) {
  std::vector<Event> reports;
  if (!run.is_executed) {
    if (run.spawned_at > now) return reports;
    execute(run, reports);
  }
  if (run.failure.empty()) bury(run, now, reports);
  return reports;
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
  std::erase_if(runs_, [&](KernelRun& run) {
    const bool is_over = run.is_executed && run.processes.empty();
    if (is_over) over_.push_back(run);
    return is_over;
  });
  if (over_.size() > kMaxRemembered) over_.erase(over_.begin(), over_.end() - kMaxRemembered);
  return out;
}

void Kernel::calm_down(Instant now) {
  is_calm_ = true;
  for (KernelRun& run : runs_) {
    const ServiceSpec& spec = set_.services[run.instance.value].spec;
    run.failure.clear();
    if (!run.is_executed) run.spawned_at = std::min(run.spawned_at, now + 50ms);
    for (Process& process : run.processes) {
      process.deaf_to = 0;
      process.obeys_after = 0ms;
      process.kill_takes = 0ms;
      if (process.is_told) {
        process.dies_at = std::min(process.dies_at, now);
      } else if (process.is_main && spec.type == ServiceType::oneshot) {
        process.dies_at = now + dice_.up_to(200ms);
        process.end = exited(spec.success_codes.front());
      } else {
        process.dies_at = kNever;
      }
    }
  }
}

std::optional<Event> Kernel::stale_report() {
  if (over_.empty()) return std::nullopt;
  const KernelRun& run = dice_.pick(over_);
  switch (dice_.below(4)) {
    case 0: return Spawned{run.instance, run.run, 1};
    case 1: return SpawnFailed{run.instance, run.run, "stale"};
    case 2: return MainExited{run.instance, run.run, exited(7)};
    default: return Ended{run.instance, run.run, exited(7)};
  }
}

}  // namespace sup::sim
