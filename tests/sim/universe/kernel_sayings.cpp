// Kernel: what programs say of themselves, and when: readiness early, late, twice or never, reloads, signs of life.
#include <algorithm>
#include <utility>

#include "sim/universe/kernel.hpp"

namespace sup::sim {
namespace {

using namespace std::chrono_literals;

constexpr Duration kSoon = 100ms;

void plan(KernelRun& run, Instant due, Event event) {
  const auto place = std::ranges::upper_bound(run.sayings, due, {}, &Saying::due);
  run.sayings.insert(place, Saying{due, std::move(event)});
}

}  // namespace

void Kernel::plan_readiness(KernelRun& run, Instant now) {
  if (dice_.percent(temper_.silent)) {
    if (dice_.percent(30)) plan(run, now + dice_.up_to(8s), ReadyFailed{run.instance, run.run, "its pipe was closed"});
    return;
  }
  if (dice_.percent(30))
    plan(run, now + dice_.up_to(1s), ReadyProbeFailed{run.instance, run.run, "tcp 127.0.0.1:80: connection refused"});
  const Instant ready = now + (dice_.percent(20) ? 0ms : dice_.up_to(dice_.percent(70) ? Duration{2s} : Duration{10s}));
  const ReadyBy by = shows_by(run.service->spec);
  plan(run, ready, BecameReady{run.instance, run.run, by});
  if (dice_.percent(20)) plan(run, ready + dice_.up_to(20s), BecameReady{run.instance, run.run, by});
}

// What has nothing to do with what it was asked.
void Kernel::plan_chatter(KernelRun& run, Instant now) {
  for (std::uint32_t count = 1 + dice_.below(4); count > 0; --count) {
    const Instant due = now + dice_.up_to(dice_.percent(50) ? Duration{3s} : Duration{40s});
    const Notice notice = dice_.percent(40) ? Notice::reloading : static_cast<Notice>(dice_.below(6));
    switch (dice_.below(4)) {
      case 0: plan(run, due, MoreTimeAsked{run.instance, run.run, dice_.up_to(kMaxMoreTime)}); break;
      case 1: {
        const Duration interval = dice_.percent(40) ? 0ms : 500ms + dice_.up_to(8s);
        plan(run, due, WatchdogSet{run.instance, run.run, interval});
        break;
      }
      default: plan(run, due, NoticeGiven{run.instance, run.run, notice, "out of luck"}); break;
    }
    if (dice_.percent(40)) plan(run, due + dice_.up_to(6s), BecameReady{run.instance, run.run, ReadyBy::said});
  }
}

// Signs of life, until it forgets one.
void Kernel::plan_life(KernelRun& run, Instant now) {
  const Duration interval = *run.service->spec.watchdog;
  Instant due = now;
  for (std::uint32_t count = dice_.below(20); count > 0; --count) {
    due += dice_.up_to(interval);
    plan(run, due, NoticeGiven{run.instance, run.run, Notice::alive});
  }
}

void Kernel::plan_sayings(KernelRun& run, Instant now) {
  const ServiceSpec& spec = run.service->spec;
  if (is_calm_) return calm_sayings(run, now);
  if (has_to_show(spec)) plan_readiness(run, now);
  if (spec.watchdog) plan_life(run, now);
  if (dice_.percent(temper_.chatter)) plan_chatter(run, now);
}

// To the signal or the command that asks it to reload. Some die of their new configuration.
void Kernel::answer_reload(KernelRun& run, Instant now) {
  if (!is_calm_ && dice_.percent(temper_.dies / 2))
    for (Process& process : run.processes) process.dies_at = std::min(process.dies_at, now + dice_.up_to(5s));
  if (run.processes.empty() || (!is_calm_ && dice_.percent(temper_.silent))) return;
  const Instant begin = now + dice_.up_to(is_calm_ ? kSoon : Duration{1s});
  plan(run, begin, NoticeGiven{run.instance, run.run, Notice::reloading});
  plan(run, begin + dice_.up_to(is_calm_ ? kSoon : Duration{8s}), BecameReady{run.instance, run.run, ReadyBy::said});
}

// What is dead is refused.
void Kernel::answer_probe(KernelRun& run, Instant now) {
  if (run.probed_at > now) return;
  run.probed_at = kNever;
  const bool is_refused = run.processes.empty() || (!is_calm_ && dice_.percent(temper_.sick));
  run.reports.emplace_back(HealthProbed{run.instance, run.run, is_refused ? "Connection refused" : ""});
}

// Who is frozen or dead says nothing.
void Kernel::say(KernelRun& run, Instant now) {
  if (run.is_over || run.processes.empty()) run.sayings.clear();
  if (run.is_frozen) return;
  const auto later = std::ranges::find_if(run.sayings, [&](const Saying& saying) { return saying.due > now; });
  for (auto it = run.sayings.begin(); it != later; ++it) run.reports.push_back(std::move(it->event));
  run.sayings.erase(run.sayings.begin(), later);
}

// It will soon be ready, and needs no watchdog any more.
void Kernel::calm_sayings(KernelRun& run, Instant now) {
  run.sayings.clear();
  const Instant soon = now + dice_.up_to(kSoon);
  plan(run, soon, WatchdogSet{run.instance, run.run, 0ms});
  plan(run, soon, BecameReady{run.instance, run.run, shows_by(run.service->spec)});
}

}  // namespace sup::sim
