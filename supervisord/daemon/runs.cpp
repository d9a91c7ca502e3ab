#include "daemon/runs.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <set>
#include <utility>

#include "base/check.hpp"
#include "engine/graph.hpp"
#include "sys/random.hpp"

namespace sup {
namespace {

constexpr Signal kKill{SIGKILL};

// Signals are sent to processes that may end at any moment, so that one is gone is no news.
void send_to_child(pid_t pid, Signal signal) { ::kill(pid, signal.number); }

// Whether `pid` is below one of `roots` now. The walk up is bounded, since processes come and go while we read.
bool is_below(pid_t pid, std::span<const pid_t> roots) {
  constexpr int kMostSteps = 1'000;
  for (int step = 0; step < kMostSteps && pid > 1; ++step) {
    if (std::ranges::find(roots, pid) != roots.end()) return true;
    const auto facts = sys::process_facts(pid);
    if (!facts) return false;
    pid = facts->ppid;
  }
  return false;
}

}  // namespace

Result<std::unique_ptr<Runs>> Runs::create(loop::Loop& loop, Workers& workers, log::LogThread& log,
                                           LaunchContext context, std::size_t instances, Post post) {
  sys::EpollSet exits = TRY(sys::EpollSet::create());
  auto orphans = sys::Orphans::open();
  std::optional<sys::Orphans> known;
  if (orphans) known = std::move(*orphans);
  return std::unique_ptr<Runs>(
      new Runs(loop, workers, log, std::move(context), instances, std::move(post), std::move(exits), std::move(known)));
}

Runs::Runs(loop::Loop& loop, Workers& workers, log::LogThread& log, LaunchContext context, std::size_t instances,
           Post post, sys::EpollSet exits, std::optional<sys::Orphans> orphans)
    : workers_(workers),
      log_(log),
      context_(std::move(context)),
      post_(std::move(post)),
      runs_(instances),
      exits_(std::move(exits)),
      orphans_(std::move(orphans)),
      poll_(loop, exits_.fd().get(), loop::Interest::readable, [this](loop::Readiness) { on_exits(); }) {}

Run* Runs::live(InstanceId instance, RunId run) {
  Run* found = runs_[instance.value].get();
  return found != nullptr && found->id == run ? found : nullptr;
}

// ---- beginning
// --------------------------------------------------------------------------------------------------------------

void Runs::begin(const SpawnRun& effect, const NamedService& service) {
  auto run = std::make_unique<Run>();
  run->id = effect.run;
  if (auto invocation = sys::random_invocation_id()) run->invocation = *invocation;
  run->shared = std::make_unique<LaunchShared>();
  const LaunchOrder order{&service, effect.instance, effect.run, run->invocation, run->shared.get()};
  CHECK(runs_[effect.instance.value] == nullptr);
  runs_[effect.instance.value] = std::move(run);
  workers_.submit([this, order]() -> Continuation {
    return [this, order, launched = launch(context_, order)]() mutable {
      on_launched(order.instance, order.run, std::move(launched));
    };
  });
}

void Runs::on_launched(InstanceId instance, RunId id, Result<Launched> launched) {
  Run* run = live(instance, id);
  CHECK(run != nullptr);  // A run is not forgotten before its launch has answered.
  run->shared.reset();
  if (!launched) {
    runs_[instance.value].reset();
    return post_(SpawnFailed{instance, id, std::move(launched.error().what)});
  }
  run->main = std::move(launched->process);
  if (run->main.pidfd.is_open() && !exits_.add(run->main.pidfd, EPOLLIN, instance.value)) run->main.pidfd.reset();
  for (log::Source& source : launched->sources)
    if (auto attached = log_.attach(std::move(source)); !attached) log_.write_own(attached.error().what + "\n");
  post_(Spawned{instance, id, run->main.pid});
  if (run->is_doomed) send_to_all(*run, kKill);
  for (const SignalRun& signal : std::exchange(run->pending, {})) send(*run, signal);
  // Without a pidfd its end is noticed by SIGCHLD, which may have come before we knew the process.
  if (!run->main.pidfd.is_open()) on_child_signal();
}

// ---- signals
// ----------------------------------------------------------------------------------------------------------------

void Runs::signal(const SignalRun& effect) {
  Run* run = live(effect.instance, effect.run);
  if (run == nullptr) return;
  if (run->shared == nullptr) {
    if (effect.reason == SignalReason::stop) look_below(*run);
    return send(*run, effect);
  }
  if (effect.reason == SignalReason::stop) run->shared->is_cancelled.store(true, std::memory_order_relaxed);
  const auto sent = run->shared->in_progress.send_signal(effect.signal);
  if (!sent || !*sent) run->pending.push_back(effect);
}

void Runs::kill(const KillRun& effect) {
  Run* run = live(effect.instance, effect.run);
  if (run == nullptr) return;
  run->is_doomed = true;
  if (run->shared == nullptr) {
    look_below(*run);
    return send_to_all(*run, kKill);
  }
  run->shared->is_cancelled.store(true, std::memory_order_relaxed);
  (void)run->shared->in_progress.send_signal(kKill);  // If it has not come so far, it gets KILL when it has.
}

// Once their parents are gone nothing may tell whose they are, so it is noted before. By start time too: a pid may be
// reused.
void Runs::look_below(Run& run) const {
  // One that was seen before may by now be an orphan that we have not met yet: it stays.
  std::erase_if(run.seen, [&](const sys::ProcessFacts& facts) { return !was_seen(run, facts.pid); });
  for (const pid_t root : roots_of(run))
    if (const auto below = sys::descendants_of(root))
      for (const pid_t pid : *below)
        if (auto facts = sys::process_facts(pid); facts && !was_seen(run, pid)) run.seen.push_back(std::move(*facts));
}

// From whom all of the run descends. Empty without /proc, or where it shows another pid namespace than ours.
std::vector<pid_t> Runs::roots_of(const Run& run) const {
  if (!orphans_) return {};
  std::vector<pid_t> roots = run.orphans;
  if (!run.main_is_gone) roots.push_back(run.main.pid);
  return roots;
}

void Runs::send(const Run& run, const SignalRun& effect) {
  switch (effect.to) {
    case SignalTarget::main:
      if (!run.main_is_gone) (void)sys::send_signal(run.main, effect.signal);
      break;
    case SignalTarget::group:
      // A pid names a group for as long as its leader is not reaped; after that it may name another.
      if (!run.main_is_gone) (void)sys::send_group_signal(run.main.pid, effect.signal);
      break;
    case SignalTarget::all: send_to_all(run, effect.signal); break;
  }
}

// The main process's group at once, our own children by pid (it is theirs until we reap them), and what is below them
// by pidfd, after a second look: a pid that was read from /proc may have passed to a stranger meanwhile.
void Runs::send_to_all(const Run& run, Signal signal) {
  const std::vector<pid_t> roots = roots_of(run);
  std::set<pid_t> below;
  for (const pid_t root : roots)
    if (const auto found = sys::descendants_of(root)) below.insert(found->begin(), found->end());
  if (!run.main_is_gone) (void)sys::send_group_signal(run.main.pid, signal);
  for (const pid_t pid : below) {
    const auto facts = sys::process_facts(pid);
    if (!facts || (!run.main_is_gone && facts->pgid == run.main.pid)) continue;
    const auto process = sys::open_process(pid);
    if (process && is_below(pid, roots)) (void)sys::send_signal(*process, signal);
  }
  for (const pid_t pid : run.orphans) {
    const auto facts = sys::process_facts(pid);
    const bool has_it = facts && !run.main_is_gone && facts->pgid == run.main.pid;
    if (!has_it) send_to_child(pid, signal);
  }
}

// ---- ends
// -------------------------------------------------------------------------------------------------------------------

void Runs::on_exits() {
  std::array<sys::ReadyEvent, 256> ready;
  const auto count = exits_.wait(ready, Duration{0});
  if (!count) return;
  for (const sys::ReadyEvent& event : std::span(ready).first(*count)) {
    const InstanceId instance{static_cast<std::uint32_t>(event.data)};
    Run* run = runs_[instance.value].get();
    if (run == nullptr || run->main_is_gone) continue;
    const auto status = sys::try_reap(run->main);
    if (status && *status) on_main_exit(instance, **status);
  }
  look_around();
}

void Runs::on_child_signal() {
  for (std::uint32_t index = 0; index < runs_.size(); ++index) {
    Run* run = runs_[index].get();
    if (run == nullptr || run->shared != nullptr || run->main_is_gone || run->main.pidfd.is_open()) continue;
    const auto status = sys::try_reap(run->main);
    if (status && *status) on_main_exit(InstanceId{index}, **status);
  }
  look_around();
}

void Runs::on_main_exit(InstanceId instance, ExitStatus status) {
  Run& run = *runs_[instance.value];
  run.main_is_gone = true;
  run.status = status;
  if (run.main.pidfd.is_open()) {
    (void)exits_.remove(run.main.pidfd);  // It is in the set, and it is open.
    run.main.pidfd.reset();
  }
  ending_.push_back(instance);
}

// Reaps what is dead, takes note of who has come to us, and tells which runs are over.
void Runs::look_around() {
  reap_orphans();
  // The list of our children is not a snapshot, so what decides over an end is read until it stands still; or not, when
  // a service makes orphans faster than we look: each of them will wake us again.
  constexpr int kMostLooks = 8;
  for (int look = 0; look < kMostLooks && adopt_orphans(); ++look) reap_orphans();
  settle_ends();
}

void Runs::reap_orphans() {
  while (const auto reaped = sys::reap_any_of_this_thread()) {
    const auto it = orphan_owners_.find(reaped->pid);
    if (it == orphan_owners_.end()) continue;
    if (it->second != kNoInstance)
      if (Run* run = runs_[it->second.value].get()) std::erase(run->orphans, reaped->pid);
    orphan_owners_.erase(it);
  }
}

// Whether anybody new has come.
bool Runs::adopt_orphans() {
  if (!orphans_) return false;
  const auto pids = orphans_->list();
  if (!pids) return false;
  bool is_anybody_new = false;
  for (const pid_t pid : *pids) {
    const auto known = orphan_owners_.find(pid);
    if (known == orphan_owners_.end())
      is_anybody_new |= adopt(pid);
    else if (known->second == kNoInstance && !ending_.empty())
      (void)adopt(pid);  // In the middle of its exec it could not say whose it is; an end is no moment for mistakes.
  }
  return is_anybody_new;
}

// Whether it was taken note of. Where the list of orphans is not exact, main processes and children on their way to
// exec are in it too, so there only what is known to belong to a run is taken.
bool Runs::adopt(pid_t pid) {
  const auto owner = owner_of(pid);
  if (!orphans_->is_exact() && (!owner || runs_[owner->value]->main.pid == pid)) return false;
  orphan_owners_[pid] = owner.value_or(kNoInstance);
  if (!owner) return true;
  Run& run = *runs_[owner->value];
  run.orphans.push_back(pid);
  if (run.is_doomed) send_to_child(pid, kKill);
  return true;
}

// Whether it was below this run when that was told to end.
bool Runs::was_seen(const Run& run, pid_t pid) {
  const auto it = std::ranges::find(run.seen, pid, &sys::ProcessFacts::pid);
  if (it == run.seen.end()) return false;
  const auto facts = sys::process_facts(pid);
  return facts && facts->start_time == it->start_time;
}

std::optional<InstanceId> Runs::owner_of(pid_t pid) const {
  const auto session = sys::session_of(pid);
  if (session)  // A child that opened a session of its own may have children in it.
    if (const auto it = orphan_owners_.find(*session); it != orphan_owners_.end() && it->second != kNoInstance)
      return it->second;
  const auto invocation = sys::invocation_id_of(pid);
  for (std::uint32_t index = 0; index < runs_.size(); ++index) {
    const Run* run = runs_[index].get();
    if (run == nullptr || run->main.pid == 0) continue;
    if (session && *session == run->main.pid) return InstanceId{index};
    if (invocation && *invocation && **invocation == run->invocation) return InstanceId{index};
    if (was_seen(*run, pid)) return InstanceId{index};
  }
  return std::nullopt;
}

bool Runs::has_rest(const Run& run) const {
  if (orphans_) return !run.orphans.empty();
  return sys::send_group_signal(run.main.pid, Signal{0}).has_value();
}

void Runs::settle_ends() {
  for (const InstanceId instance : std::exchange(ending_, {})) {
    const Run& run = *runs_[instance.value];
    log_.flush(run.id);
    if (has_rest(run)) post_(MainExited{instance, run.id, run.status});
    draining_.push_back(instance);
  }
  std::erase_if(draining_, [this](InstanceId instance) {
    const Run& run = *runs_[instance.value];
    if (has_rest(run)) return false;
    log_.flush(run.id);
    post_(Ended{instance, run.id, run.status});
    runs_[instance.value].reset();
    return true;
  });
}

}  // namespace sup
