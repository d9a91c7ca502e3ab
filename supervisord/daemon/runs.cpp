#include "daemon/runs.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <csignal>
#include <utility>

#include "base/check.hpp"
#include "config/masking.hpp"
#include "daemon/credentials.hpp"
#include "daemon/run_tokens.hpp"
#include "daemon/say.hpp"
#include "spec/instance_text.hpp"
#include "sys/clock.hpp"
#include "sys/fd.hpp"
#include "sys/random.hpp"

namespace sup {

Result<std::unique_ptr<Runs>> Runs::create(loop::Loop& loop, Workers& workers, log::LogThread& log,
                                           StateRecords& records, FdStores& stores, LaunchContext context, Post post) {
  std::unique_ptr<Runs> runs(
      new Runs(loop, workers, log, records, stores, std::move(context), std::move(post), TRY(sys::EpollSet::create())));
  if (auto orphans = sys::Orphans::open(); orphans && runs->context_.containment->level() != Containment::group)
    runs->orphans_ = std::move(*orphans);
  if (runs->context_.containment->level() == Containment::cgroup) {
    auto watch = sys::CgroupWatch::create();
    // The user's inotify instances may be used up: then groups that drain are looked at again and again.
    if (!watch) {
      say::warn("whether cgroups are empty is not told, but looked for: {}", watch.error().what);
      return runs;
    }
    runs->watch_ = std::move(*watch);
    TRY(runs->exits_.add(runs->watch_->fd(), EPOLLIN, kWatchToken));
  }
  return runs;
}

Runs::Runs(loop::Loop& loop, Workers& workers, log::LogThread& log, StateRecords& records, FdStores& stores,
           LaunchContext context, Post post, sys::EpollSet exits)
    : loop_(loop),
      workers_(workers),
      log_(log),
      records_(records),
      stores_(stores),
      context_(std::move(context)),
      post_(std::move(post)),
      exits_(std::move(exits)),
      poll_(loop, exits_.fd().get(), loop::Interest::readable, [this](loop::Readiness) { on_exits(); }),
      look_again_(loop, [this] { look_around(); }),
      look_soon_(loop, [this] { look_around(); }),
      executing_(loop, [this] { watch_executing(); }) {}

Run* Runs::live(InstanceId instance, RunId run) {
  if (instance.value >= runs_.size()) return nullptr;
  Run* found = runs_[instance.value].get();
  return found != nullptr && found->id == run ? found : nullptr;
}

// A run begins with whatever comes first: a hook, or its main process.
Run& Runs::live_or_new(InstanceId instance, RunId id, Named named) {
  if (Run* run = live(instance, id)) return *run;
  if (instance.value >= runs_.size()) runs_.resize(instance.value + std::size_t{1});
  CHECK(runs_[instance.value] == nullptr);
  auto run = std::make_unique<Run>();
  run->id = id;
  run->instance = instance;
  run->service = std::move(named.service);
  run->resources = run->service->spec.resources;
  run->name = std::move(named.name);
  run->begun_at = sys::file_clock_now();
  if (auto invocation = sys::random_invocation_id()) run->invocation = *invocation;
  note(*run);
  return *(runs_[instance.value] = std::move(run));
}

// What is for all runs of a service is there for the next one, too. Nothing: there are no descriptors left, and the
// launch will fail for that.
std::optional<OwnStdio> Runs::take_lent(const std::string& service) {
  const auto lent = lent_.find(service);
  if (lent == lent_.end()) return std::nullopt;
  if (lent->second.loan == Loan::one_run) return std::move(lent_.extract(lent).mapped().stdio);
  OwnStdio copy;
  copy.is_terminal = lent->second.stdio.is_terminal;
  for (std::size_t i = 0; i < copy.fds.size(); ++i) {
    if (!lent->second.stdio.fds[i].is_open()) continue;
    auto fd = sys::dup_cloexec_above_stdio(lent->second.stdio.fds[i].get());
    if (!fd) return std::nullopt;
    copy.fds[i] = *std::move(fd);
  }
  return copy;
}

// Nothing where nothing is recorded, or where it cannot be: then a manager that is killed just now may be followed by
// one that does not find what it has made.
std::optional<LaunchTable::Slot> Runs::take_slot(RunId run, std::uint32_t serial) {
  LaunchTable* table = records_.launches();
  if (table == nullptr) return std::nullopt;
  auto slot = table->take(run, serial);
  return slot ? std::optional(std::move(*slot)) : std::nullopt;
}

void Runs::give_back(std::optional<LaunchTable::Slot>& slot) {
  if (slot) done_slots_.push_back(std::move(*slot));
  slot.reset();
}

void Runs::begin(const SpawnRun& effect, Named named) {
  Run& run = live_or_new(effect.instance, effect.run, std::move(named));
  if (run.main.pid != 0) return;  // An earlier manager has begun it.
  run.slot = take_slot(run.id, 0);
  run.shared = std::make_unique<LaunchShared>();
  LaunchOrder order{run.service,
                    run.name,
                    effect.instance,
                    effect.run,
                    run.invocation,
                    run.shared.get(),
                    run.group ? &*run.group : nullptr,
                    {}};
  order.stdio = take_lent(run.service->name);
  if (run.slot) order.pid_place = run.slot->pid_place();
  order.stored = stores_.copies(effect.instance);
  const Asks asks = asked_by(order);
  prepare_launch(
      [this, order = std::move(order)]() -> Continuation {
        return [this, id = LaunchId(order), launched = sup::launch(context_, order)]() mutable {
          on_launched(id, std::move(launched));
        };
      },
      asks);
}

void Runs::prepare_launch(Work work, Asks asks) { prepared_.push_back({std::move(work), asks}); }

void Runs::begin_launches() {
  for (PreparedLaunch& launch : std::exchange(prepared_, {})) workers_.submit(std::move(launch.work), launch.asks);
}

// What has not made a process will not, so nobody has to wait for it: an account database may never answer.
bool Runs::give_up_launch(Run& run) {
  if (!run.shared->give_up()) return false;
  given_up_.push_back({run.id, std::move(run.shared)});
  run.is_over = true;
  give_back(run.slot);
  note(run);
  post_(SpawnFailed{run.instance, run.id, kGivenUp});
  return true;
}

// Whether this is the late answer of such a launch.
bool Runs::was_given_up(const LaunchId& id) {
  if (std::erase_if(given_up_, [&](const GivenUpLaunch& one) { return one.shared.get() == id.shared; }) == 0)
    return false;
  if (std::ranges::find(given_up_, id.run, &GivenUpLaunch::run) != given_up_.end()) return true;
  const auto forgotten = std::ranges::find(lingering_, id.run, [](const auto& run) { return run->id; });
  if (forgotten == lingering_.end()) return true;
  bury(**forgotten);
  lingering_.erase(forgotten);
  return true;
}

void Runs::on_launched(const LaunchId& launch, Result<Launched> launched) {
  if (was_given_up(launch)) return;
  const auto [instance, id] = std::pair(launch.instance, launch.run);
  Run* run = live(instance, id);
  CHECK(run != nullptr);  // A run is not forgotten before its launch has answered.
  run->shared.reset();
  give_back(run->slot);
  note(*run);
  if (!launched) {
    run->is_over = true;
    return post_(SpawnFailed{instance, id, without_secrets(std::move(launched.error().what), *run->service->secrets)});
  }
  run->main = std::move(launched->process);
  run->main_group = run->main.pid;
  run->main_is_gone = false;
  run->terminal = std::move(launched->terminal);
  if (launched->group) run->group = std::move(launched->group);
  note_unmet(*run, std::move(launched->unmet));
  if (launched->notify) listen(instance, *run, std::move(*launched->notify));
  if (run->main.pidfd.is_open() && !exits_.add(run->main.pidfd, EPOLLIN, main_token(instance))) run->main.pidfd.reset();
  attach(std::move(launched->sources));
  post_(Spawned{instance, id, run->main.pid});
  if (launched->ready.is_open()) await_newline(instance, *run, std::move(launched->ready));
  if (run->is_doomed) send_to_all(*run, Signal{SIGKILL});
  const auto signals = std::exchange(run->pending, {});
  for (const SignalRun& signal : *signals) send(*run, signal);
  const auto tasks = std::exchange(run->pending_tasks, {});
  for (const auto& [task, env] : *tasks) run_task(task, {run->name, run->service}, env);
  // Without a pidfd its end is noticed by SIGCHLD, which may have come before we knew the process.
  if (!run->main.pidfd.is_open()) on_child_signal();
}

void Runs::attach(std::vector<log::Source> sources) {
  for (log::Source& source : sources)
    if (auto attached = log_.attach(std::move(source)); !attached) log_.write_own(attached.error().what + "\n");
}

void Runs::note_unmet(Run& run, std::vector<UnmetResource> unmet) {
  if (unmet.empty()) return;
  run.unmet.edit() = std::move(unmet);
  if (warned_.insert(run.service->name).second)
    say::warn("{} runs without some of its limits: {}", run.service->name, unmet_text(*run.unmet));
}

void Runs::redefine(InstanceId instance, const ServiceRef& service, std::vector<UnmetResource> unmet) {
  Run* run = instance.value < runs_.size() ? runs_[instance.value].get() : nullptr;
  if (run == nullptr) return;
  run->service = run->service->place ? definition_for(service, *run->service->place) : service;
  run->resources = service->spec.resources;
  run->unmet = {};
  if (!unmet.empty()) run->unmet.edit() = std::move(unmet);
}

bool Runs::is_in_the_making(InstanceId instance) const {
  const Run* run = find(instance);
  if (run == nullptr || run->group) return false;
  return run->shared != nullptr ||
         std::ranges::any_of(run->tasks, [](const auto& task) { return task->shared != nullptr; });
}

void Runs::forget(InstanceId instance) {
  if (instance.value >= runs_.size()) return;  // A target has no run.
  std::unique_ptr<Run> run = std::exchange(runs_[instance.value], nullptr);
  if (run == nullptr) return;
  CHECK(run->main_is_gone && run->shared == nullptr && run->tasks.empty());
  if (run->is_watched) watch_->remove(instance.value);
  if (run->terminal.is_open()) log_.end(run->id);
  if (std::ranges::find(given_up_, run->id, &GivenUpLaunch::run) != given_up_.end())
    lingering_.push_back(std::move(run));
  else
    bury(*run);
}

void Runs::bury(Run& run) {
  unrecord(run);
  if (run.group) empty_groups_.push_back(std::move(*run.group));
  if (run.voice && !run.voice->address.starts_with('@')) old_sockets_.push_back(std::move(run.voice->address));
  if (!run.service->spec.credentials->files.empty())
    old_credentials_.push_back(credentials_directory(context_, run.name, run.invocation));
}

// What cannot be removed now (a process that another has moved in) is removed at the end.
void Runs::clean_up() {
  raise_fence();
  if (empty_groups_.empty() && old_sockets_.empty() && old_credentials_.empty()) return;
  workers_.submit([groups = std::exchange(empty_groups_, {}), sockets = std::exchange(old_sockets_, {}),
                   credentials = std::exchange(old_credentials_, {})]() -> Continuation {
    for (const std::string& directory : credentials) remove_credentials(directory);
    for (const sys::Cgroup& group : groups) (void)group.remove();
    for (const std::string& socket : sockets) (void)::unlink(socket.c_str());
    return [] {};
  });
}

}  // namespace sup
