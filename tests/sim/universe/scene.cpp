#include "sim/universe/scene.hpp"

#include <algorithm>

namespace sup::sim {
namespace {

InstanceId find(const SpecSet& set, const std::string& name) {
  const auto it = std::ranges::find(set.services, name, &NamedService::name);
  return InstanceId{static_cast<std::uint32_t>(it - set.services.begin())};
}

std::vector<Links> make_links(const SpecSet& set) {
  std::vector<Links> out(set.services.size());
  const auto need = [&](InstanceId from, InstanceId to) {
    out[from.value].needs.push_back(to);
    out[to.value].needed_by.push_back(from);
  };
  const auto follow = [&](InstanceId later, InstanceId earlier) {
    out[later.value].comes_after.push_back(earlier);
    out[earlier.value].comes_before.push_back(later);
  };
  for (std::uint32_t index = 0; index < out.size(); ++index) {
    const InstanceId self{index};
    const ServiceSpec& spec = set.services[index].spec;
    for (const std::string& other : spec.requires_) need(self, find(set, other));
    for (const std::string& other : spec.wants) follow(self, find(set, other));
    for (const std::string& other : spec.after) follow(self, find(set, other));
    for (const std::string& other : spec.before) follow(find(set, other), self);
  }
  return out;
}

}  // namespace

Scene::Scene(const SpecSet& the_set, const Engine& the_engine, const Kernel& the_kernel)
    : set(the_set), engine(the_engine), kernel(the_kernel), links(make_links(the_set)), seen(the_set.services.size()) {}

std::vector<InstanceId> Scene::all() const {
  std::vector<InstanceId> out(seen.size());
  for (std::uint32_t index = 0; index < out.size(); ++index) out[index] = InstanceId{index};
  return out;
}

void Scene::begin_step(const Event* what, Instant at) {
  event = what;
  now = at;
  main_exit.reset();
  killed.clear();
  if (event == nullptr || finished) return;
  std::visit([this](const auto& e) { hear(e); }, *event);
}

void Scene::end_step() {
  for (const InstanceId id : all()) {
    Seen& s = seen[id.value];
    const bool is_wanted = inside(id).goal == Goal::up;
    if (s.is_wanted && !is_wanted) s.unwanted_since = now;
    s.is_wanted = is_wanted;
  }
  if (shutdown != ShutdownReason::none && now >= shutdown_since + set.daemon.shutdown_timeout)
    killed_since = std::min(killed_since, now);
}

void Scene::note(const Effect& effect) {
  std::visit([this](const auto& e) { see(e); }, effect);
}

// ---- what goes in ----

void Scene::hear(const Spawned& e) {
  Seen& s = seen[e.instance.value];
  if (s.run != e.run || !s.run_is_open) return;
  s.is_executed = true;
  s.executed_at = now;
}

void Scene::hear(const SpawnFailed& e) {
  Seen& s = seen[e.instance.value];
  if (s.run != e.run || !s.run_is_open) return;
  s.run_is_open = false;
  s.has_ended = true;
  s.end.reset();
}

void Scene::hear(const MainExited& e) {
  Seen& s = seen[e.instance.value];
  if (s.run != e.run || !s.run_is_open) return;
  main_exit = e.instance;
  s.is_main_gone = true;
  s.has_ended = true;
  s.end = e.status;
  s.length = now - s.executed_at;
}

void Scene::hear(const Ended& e) {
  Seen& s = seen[e.instance.value];
  if (s.run != e.run || !s.run_is_open) return;
  s.run_is_open = false;
  s.has_ended = true;
  s.end = e.status;
  if (!s.is_main_gone) s.length = now - s.executed_at;
  s.is_main_gone = true;
}

// Somebody wants something up, and it may pull others along: nothing is known about the counters of restarts any more.
void Scene::wake_hopes() {
  for (Seen& s : seen) {
    s.restarts_in_row = 0;
    s.restarts_fresh.clear();
    s.is_asked_again = true;
  }
}

void Scene::hear(const CommandGiven& e) {
  OpenChange change{e, {}, false};
  for (const Seen& s : seen) change.runs_before.push_back(s.run);
  changes.emplace(e.change, std::move(change));
  if (e.kind == CommandKind::start || e.kind == CommandKind::restart) {
    wake_hopes();
    for (const InstanceId id : e.targets) seen[id.value].restarts.clear();
  }
}

void Scene::hear(const ChangeForgotten& e) {
  if (const auto it = changes.find(e.change); it != changes.end()) it->second.is_forgotten = true;
}

void Scene::hear(const Boot&) { is_booted = true; }

void Scene::hear(const ShutdownRequested& e) {
  const bool is_now = is_shutdown_asked || shutdown != ShutdownReason::none || e.pace == ShutdownPace::at_once;
  is_shutdown_asked = true;
  if (is_now) killed_since = std::min(killed_since, now);
}

// ---- what comes out ----

void Scene::see(const SpawnRun& e) {
  Seen& s = seen[e.instance.value];
  s.run = e.run;
  s.run_is_open = true;
  s.is_executed = s.is_main_gone = s.was_told_to_end = s.is_asked_again = false;
  s.length = {};
  last_run = std::max(last_run, e.run);
}

void Scene::see(const SignalRun& e) {
  if (e.reason == SignalReason::command) return;
  Seen& s = seen[e.instance.value];
  const bool is_repeated = main_exit == e.instance;
  if (is_repeated) main_exit.reset();
  if (s.state != State::stopping)
    s.stop_step = 0;
  else if (!is_repeated)
    ++s.stop_step;
}

void Scene::see(const KillRun& e) { killed.push_back(e.run); }

void Scene::note_backoff(InstanceId id, Seen& s) {
  const RestartSpec& policy = spec(id).restart;
  if (s.end && s.length >= policy.reset_after) s.restarts_in_row = 0;
  double delay = static_cast<double>(policy.delay.count());
  for (std::uint32_t n = 0; n < s.restarts_in_row; ++n) delay *= policy.factor;
  s.backoff_since = now;
  s.backoff_least =
      Duration{static_cast<Duration::rep>(std::min(delay, static_cast<double>(policy.max_delay.count())))};
  ++s.restarts_in_row;
  s.restarts.push_back(now);
  s.restarts_fresh.push_back(now);
}

void Scene::see(const StateChanged& e) {
  Seen& s = seen[e.instance.value];
  const bool was_main_gone = s.is_main_gone;
  const bool is_killed = e.row->input == Input::kill_now || e.row->input == Input::out_of_time;
  if (e.row->input == Input::may_stop || (is_killed && !was_main_gone)) s.was_told_to_end = true;
  const bool is_end = e.row->input == Input::ended || e.row->input == Input::spawn_failed;
  const bool is_last_end = is_end && (e.to == State::failed || e.to == State::completed);
  if (is_last_end && shutdown == ShutdownReason::none && !shutdown_by) {
    const bool gave_up = e.to == State::failed && is_restarted(*this, e.instance, s.end);
    const GiveUpAction action = spec(e.instance).restart.on_give_up.action;
    if (gave_up && action == GiveUpAction::start) wake_hopes();
    if (spec(e.instance).on_exit == OnExit::shutdown || (gave_up && action == GiveUpAction::shutdown))
      shutdown_by = e.instance;
  }
  if (e.to == State::backoff) note_backoff(e.instance, s);
  s.state = e.to;
  s.row = e.row;
  s.state_since = now;
  last_changed = e.instance;
}

void Scene::see(const ChangeDone& e) { changes.erase(e.change); }

void Scene::see(const ShutdownBegun&) {
  shutdown = shutdown_by ? ShutdownReason::service : is_shutdown_asked ? ShutdownReason::asked : ShutdownReason::done;
  shutdown_since = now;
}

void Scene::see(const Finished& e) { finished = e; }

// ---- questions ----

bool is_success(const Scene& scene, InstanceId id, const std::optional<ExitStatus>& end) {
  if (!end) return false;
  const int code = end->signal != 0 ? 128 + end->signal : end->code;
  const std::vector<int>& good = scene.spec(id).success_codes;
  return std::ranges::find(good, code) != good.end();
}

bool is_restarted(const Scene& scene, InstanceId id, const std::optional<ExitStatus>& end) {
  const ServiceSpec& spec = scene.spec(id);
  const bool ends_by_design = spec.type == ServiceType::oneshot || spec.on_exit == OnExit::shutdown;
  const RestartWhen when = spec.restart.when;
  if (when == RestartWhen::always || (when == RestartWhen::automatic && !ends_by_design)) return true;
  return when == RestartWhen::on_failure && !is_success(scene, id, end);
}

bool is_up(const Scene& scene, InstanceId id) {
  const Seen& s = scene.seen[id.value];
  if (scene.spec(id).type == ServiceType::oneshot) return s.state == State::completed;
  const Instance& inside = scene.inside(id);
  return s.state == State::running && s.run_is_open && !s.is_main_gone && scene.kernel.was_executed(s.run) &&
         inside.goal == Goal::up && !inside.is_cycling;
}

bool is_lost(const Scene& scene, InstanceId id) {
  const State state = scene.seen[id.value].state;
  if (state == State::completed) return scene.spec(id).type != ServiceType::oneshot;
  return state == State::failed || state == State::stopped;
}

}  // namespace sup::sim
