#include "daemon/supervisor.hpp"

#include <cstring>
#include <utility>

#include "base/text.hpp"
#include "base/version.hpp"
#include "daemon/credentials.hpp"
#include "daemon/say.hpp"
#include "engine/fd_store.hpp"
#include "engine/transitions.hpp"
#include "spec/instance_text.hpp"
#include "sys/clock.hpp"
#include "sys/memory.hpp"
#include "sys/random.hpp"

namespace sup {
namespace {

constexpr Duration kStartTakes = std::chrono::seconds{10};
constexpr Duration kAfterStart = std::chrono::milliseconds{100};
constexpr Duration kMemoryWarnings = std::chrono::seconds{10};  // Apart, at least.

// How loud a change of state is. A crash loop says two lines a round: back-off and running; a restart by command, too:
// stopped, to be started again, and running.
LogLevel level_of(State from, State to) {
  if (to == State::waiting && is_live(from)) return LogLevel::info;
  switch (to) {
    case State::failed: return LogLevel::error;
    case State::backoff:
    case State::killing: return LogLevel::warning;
    case State::running:
    case State::reloading:
    case State::paused:
    case State::joining:
    case State::stopped:
    case State::completed: return LogLevel::info;
    case State::waiting:
    case State::starting:
    case State::stopping: return LogLevel::debug;
  }
  return LogLevel::info;
}

// A run has ended that was not asked to, and not with success.
bool has_failed(const StateChanged& change, const Instance& instance, const ServiceSpec& spec) {
  return change.run != RunId{} && !instance.run_was_asked_to_end && !is_success(spec, last_end(instance));
}

// Where a service says what is wrong: on standard error, unless that is the same pipe as standard output.
log::StreamFilter streams_of_errors(const ServiceSpec& spec) {
  return spec.tty || spec.stderr_.mode == StderrMode::merged ? log::StreamFilter::both : log::StreamFilter::err;
}

// A run that is ended although nobody asked for it, and did not end by itself.
bool is_unfit(const StateChanged& change) {
  const Input on = change.row->input;
  return change.to == State::stopping && is_serving(change.from) &&
         (on == Input::watchdog_missed || on == Input::deadline);
}

// REASON, EXIT_CODE and EXIT_SIGNAL, for hooks that run after an end.
void add_end(std::vector<EnvEntry>& env, const Instance& instance) {
  const auto add = [&](std::string_view name, std::string value) {
    env.push_back({std::string(name), std::move(value), "supervisord"});
  };
  const bool has_run = instance.last_kind == EndKind::exited || instance.last_kind == EndKind::unfit;
  const ExitStatus& status = instance.last_status;
  if (instance.run_was_asked_to_end)
    add("REASON", "asked");
  else if (has_run && instance.last_limits.is_oom_killed)
    add("REASON", "oom-killed");
  else if (!has_run)
    add("REASON", "start-failed");
  else if (instance.last_kind == EndKind::unfit)
    add("REASON", "unfit");
  else
    add("REASON", status.signal != 0 ? "signal" : "exit");
  add("EXIT_CODE", has_run && status.signal == 0 ? std::to_string(status.code) : "");
  add("EXIT_SIGNAL", has_run && status.signal != 0 ? signal_name(Signal{status.signal}) : "");
}

std::vector<EnvEntry> task_environment(const World& w, const Instance& instance, TaskKind kind) {
  std::vector<EnvEntry> env{{"SERVICE", w.name(instance), "supervisord"},
                            {"RUN", std::to_string(instance.run.value), "supervisord"}};
  if (kind == TaskKind::post_stop) add_end(env, instance);
  return env;
}

std::uint64_t random_seed() {
  std::uint64_t seed = 0;
  if (const auto id = sys::random_invocation_id()) std::memcpy(&seed, id->bytes.data(), sizeof seed);
  return seed;
}

}  // namespace

Result<std::unique_ptr<Supervisor>> Supervisor::create(Parts parts, SpecSet set) {
  std::unique_ptr<Supervisor> made(new Supervisor(parts.loop, parts.log, parts.records, std::move(set), random_seed()));
  made->stores_ = TRY(
      FdStores::create(parts.loop, parts.records, [self = made.get()](InstanceId id, FdNews news, std::string what) {
        self->note_fds(id, news, std::move(what));
      }));
  made->runs_ =
      TRY(Runs::create(parts.loop, parts.workers, parts.log, parts.records, *made->stores_, std::move(parts.context),
                       [self = made.get()](Event event) { self->post(std::move(event)); }));
  made->probes_ = std::make_unique<Probes>(parts.loop, parts.workers, *made->runs_,
                                           [self = made.get()](Event event) { self->post(std::move(event)); });
  return made;
}

Supervisor::Supervisor(loop::Loop& loop, log::LogThread& log, StateRecords& records, SpecSet set, std::uint64_t seed)
    : loop_(loop),
      log_(log),
      records_(records),
      engine_(std::move(set), seed),
      started_at_(sys::monotonic_now()),
      timer_(loop,
             [this] {
               armed_for_.reset();
               engine_.tick(sys::monotonic_now());
             }),
      after_start_(loop, [this] { is_start_over_ = true; }),
      turn_end_(loop, [this] { turn(); }) {
  history_.add({.time = sys::wall_now(), .kind = Happening::started});
  manager_.version = program_version();
  manager_.started_at = started_at_;
}

// Events in the order in which they came; what the effects cause is worked off in the same turn. Before anything is
// done it is recorded; after it, too, that it was done.
void Supervisor::turn() {
  while (true) {
    for (Event& event : std::exchange(inbox_, {})) engine_.step(sys::monotonic_now(), std::move(event));
    record_engine();
    const std::vector<Effect> effects = engine_.take_effects();
    for (const Effect& effect : effects) note(effect);
    record_rest();
    runs_->begin_launches();
    for (const Effect& effect : effects) std::visit([this](const auto& e) { carry_out(e); }, effect);
    if (inbox_.empty()) break;
  }
  causes_.clear();
  record_rest();
  runs_->begin_launches();
  for (Observer* observer : observers_) observer->on_turn_over();
  runs_->clean_up();
  if (sys::renew_memory_reserve()) warn_of_memory();
  arm_timer();
  log_.deliver();
  give_back();
}

void Supervisor::warn_of_memory() {
  const Instant now = sys::monotonic_now();
  if (now < next_memory_warning_) return;
  next_memory_warning_ = now + kMemoryWarnings;
  say::warn("memory was refused: went on with the reserve, which is there again");
}

// What only the start needs, a moment after nothing is starting any more, in which who waited for it may ask how it
// went. Later starts are made of what they themselves use. The last act before the loop sleeps, since all that is done
// after it comes back.
void Supervisor::give_back() {
  const bool was_starting = std::exchange(is_starting_, engine_.world().starting_count > 0);
  const bool is_over = was_starting && !is_starting_;
  if (is_over && sys::monotonic_now() - started_at_ < kStartTakes) after_start_.arm(kAfterStart);
  if (std::exchange(is_start_over_, false)) sys::release_clean_pages();
}

void Supervisor::arm_timer() {
  const std::optional<Instant> next = engine_.next_deadline();
  if (next == armed_for_) return;
  armed_for_ = next;
  if (next)
    timer_.arm(*next - sys::monotonic_now());
  else
    timer_.disarm();
}

Named Supervisor::named(InstanceId id) const {
  const World& w = engine_.world();
  const Instance& instance = w.at(id);
  return {w.name(instance), definition_for(w.definition(instance), place_of(w, instance))};
}

void Supervisor::carry_out(const SpawnRun& effect) { runs_->begin(effect, named(effect.instance)); }

void Supervisor::carry_out(const FindMain& effect) { runs_->find_main(effect); }

void Supervisor::carry_out(const RunTask& effect) {
  const World& w = engine_.world();
  const Instance& instance = w.at(effect.instance);
  runs_->run_task(effect, named(effect.instance), task_environment(w, instance, effect.kind));
}

void Supervisor::carry_out(const KillTasks& effect) { runs_->kill_tasks(effect); }

// What is to show it by itself is not probed: until it has, that is what is missing.
void Supervisor::carry_out(const AwaitReady& effect) {
  const ServiceRef service = named(effect.instance).service;
  const ServiceSpec& spec = service->spec;
  const auto note = [&](std::string what) { post(ReadyProbeFailed{effect.instance, effect.run, std::move(what)}); };
  switch (ready_kind(spec)) {
    case ReadyKind::probe: return probes_->await_ready(effect.instance, effect.run, *spec.ready);
    case ReadyKind::fd: return note(fmt::format("no newline has come through descriptor {}", *spec.ready->fd));
    case ReadyKind::log: return note(fmt::format("no line of its output has '{}'", printable(spec.ready->log, 80)));
    case ReadyKind::notify:
    case ReadyKind::executed:
    case ReadyKind::delay: return;
  }
}

void Supervisor::carry_out(const StopAwaiting& effect) { probes_->stop_ready(effect.instance); }

void Supervisor::carry_out(const AskHealth& effect) {
  const World& w = engine_.world();
  const Instance& instance = w.at(effect.instance);
  const ServiceRef service = named(effect.instance).service;
  const HealthSpec& health = *service->spec.health;
  const bool is_external = w.spec(instance).type == ServiceType::external;
  if (is_external && probe_kind(health) == ProbeKind::exec)
    runs_->host(effect.instance, effect.run, {w.name(instance), w.definition(instance)});
  probes_->ask_health(effect.instance, effect.run, health, effect.delay,
                      is_external ? Probes::About::external : Probes::About::run);
}

void Supervisor::carry_out(const StopAsking& effect) {
  probes_->stop_health(effect.instance);
  runs_->stop_hosting(effect.instance);
}

// What people are told of what happens is part of what is recorded before anything is done.
void Supervisor::note(const Effect& effect) {
  if (const auto* change = std::get_if<StateChanged>(&effect)) return note(*change);
  if (const auto* vacated = std::get_if<InstanceVacated>(&effect)) stores_->clear(vacated->instance);
  if (const auto* health = std::get_if<HealthChanged>(&effect))
    return history_.add({.time = sys::wall_now(),
                         .kind = Happening::health,
                         .instance = health->instance,
                         .run = health->run,
                         .health_from = health->from,
                         .health_to = health->to,
                         .cause = cause_said(health->cause)});
  const auto* shutdown = std::get_if<ShutdownBegun>(&effect);
  if (shutdown == nullptr || shutdown->why == shutdown_reason_) return;  // An earlier manager has begun it.
  history_.add({.time = sys::wall_now(), .kind = Happening::shutdown, .cause = cause_said(shutdown->why)});
}

void Supervisor::attribute(std::span<const InstanceId> instances, const std::string& cause) {
  for (const InstanceId id : instances) causes_[id.value] = cause;
}

std::string Supervisor::cause_of(const StateChanged& effect) const {
  const auto known = causes_.find(effect.instance.value);
  return effect.cause.empty() && known != causes_.end() ? known->second : effect.cause;
}

void Supervisor::note(const StateChanged& effect) {
  const World& w = engine_.world();
  const Instance& instance = w.at(effect.instance);
  const bool is_end = is_live(effect.from) && !is_live(effect.to);
  if (ends_fd_store(w.spec(instance).fd_store_preserve, effect.from, effect.to)) stores_->clear(effect.instance);
  HistoryEntry entry{.time = sys::wall_now(),
                     .kind = Happening::state,
                     .instance = effect.instance,
                     .run = effect.run,
                     .from = effect.from,
                     .to = effect.to,
                     .pid = effect.pid,
                     .row = effect.row,
                     .cause = cause_said(cause_of(effect)),
                     .status = effect.ended};
  entry.awaits_words = is_end && has_failed(effect, instance, w.spec(instance));
  history_.add(std::move(entry));
}

void Supervisor::note_fds(InstanceId instance, FdNews news, std::string what) {
  const auto level = news == FdNews::refused ? LogLevel::warning : LogLevel::info;
  say::at(level, "{}: {}", engine_.world().name(engine_.world().at(instance)), what);
  history_.add({.time = sys::wall_now(),
                .kind = Happening::fd_store,
                .instance = instance,
                .cause = cause_said(std::move(what))});
}

void Supervisor::note_hook(std::string what) {
  history_.add({.time = sys::wall_now(), .kind = Happening::hook, .cause = cause_said(std::move(what))});
}

std::uint64_t Supervisor::note_test(const std::string& hook, std::string what) {
  HistoryEntry entry{.time = sys::wall_now(), .kind = Happening::test, .cause = cause_said(std::move(what))};
  entry.departed.edit() = hook;
  history_.add(std::move(entry));
  return history_.last_sequence();
}

void Supervisor::carry_out(const HealthChanged& effect) {
  const World& w = engine_.world();
  const bool is_bad = effect.to == Health::unhealthy;
  say::at(is_bad ? LogLevel::warning : LogLevel::info, "{}: {}", w.name(w.at(effect.instance)), effect.cause);
  for (Observer* observer : observers_) observer->on_health_changed(effect);
}

void Supervisor::carry_out(const FreezeRun& effect) { runs_->freeze(effect); }

void Supervisor::carry_out(const ThawRun& effect) { runs_->thaw(effect); }

void Supervisor::carry_out(const SignalRun& effect) { runs_->signal(effect); }

void Supervisor::carry_out(const KillRun& effect) { runs_->kill(effect); }

void Supervisor::carry_out(const StateChanged& effect) {
  const World& w = engine_.world();
  const Instance& instance = w.at(effect.instance);
  const bool is_end = is_live(effect.from) && !is_live(effect.to);
  // What did not end in time was doing something.
  std::string cause = effect.cause;
  if (const Run* run = runs_->find(effect.instance);
      run != nullptr && effect.to == State::killing && !run->survivors->empty()) {
    cause += (cause.empty() ? "" : "; ") + *run->survivors;
    history_.add_cause(effect.instance, effect.run, effect.to, *run->survivors);
  }
  if (is_end && has_process(w.spec(instance))) runs_->forget(effect.instance);
  if (is_end && has_failed(effect, instance, w.spec(instance)))
    log_.ask_last_words(effect.instance, effect.run, streams_of_errors(w.spec(instance)));
  const auto level = is_unfit(effect) ? LogLevel::warning : level_of(effect.from, effect.to);
  say::at(level, "{}: {} ({}{}{}{})", w.name(instance), enum_name(effect.to), effect.row->why,
          cause.empty() ? "" : ": ", cause,
          effect.to == State::running && effect.pid != 0 ? fmt::format(", pid {}", effect.pid) : "");
  for (Observer* observer : observers_) observer->on_state_changed(effect);
}

void Supervisor::note_last_words(log::LastWords words) {
  history_.add_words(words.service, words.run, words.lines);
  if (engine_.world().is_present(words.service)) last_words_.insert_or_assign(words.service, std::move(words));
  for (Observer* observer : observers_) observer->on_last_words();
}

const log::LastWords* Supervisor::last_words_of(InstanceId id) const {
  const auto found = last_words_.find(id);
  return found == last_words_.end() || found->second.lines.empty() ? nullptr : &found->second;
}

void Supervisor::carry_out(const ChangeDone& effect) {
  for (Observer* observer : observers_) observer->on_change_done(effect);
}

void Supervisor::carry_out(const InstanceVacated& effect) {
  history_.depart(effect.instance, engine_.world().name(engine_.world().at(effect.instance)));
  const World& w = engine_.world();
  last_words_.erase(effect.instance);
  runs_->vacate(effect.instance, w.definition(w.at(effect.instance))->name);
  for (Observer* observer : observers_) observer->on_vacated(effect);
}

void Supervisor::carry_out(const ShutdownBegun& effect) {
  say::info("shutting down: {}", effect.why);
  shutdown_reason_ = effect.why;
  for (Observer* observer : observers_) observer->on_shutdown(effect);
}

void Supervisor::carry_out(const Finished& effect) {
  const World& w = engine_.world();
  for (const InstanceId id : effect.survivors)
    say::error("{} is alive in spite of KILL, and left behind", w.name(w.at(id)));
  if (effect.survivors.empty()) remove_credentials_but(runs_->context().credentials_place, {});
  finished_ = effect;
  loop_.stop();
}

}  // namespace sup
