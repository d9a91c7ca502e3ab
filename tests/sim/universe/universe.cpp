#include "sim/universe/universe.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/universe/trace.hpp"

namespace sup::sim {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMaxFaultyTurns = 800;
constexpr std::size_t kMaxCalmTurns = 2'000;
constexpr std::size_t kTraceLength = 60;

SpecSet distorted(SpecSet set, const Mutation& mutation) {
  if (mutation.distort != nullptr) mutation.distort(set);
  return set;
}

ServiceRef distorted(const ServiceRef& service, const Mutation& mutation) {
  SpecSet set{.daemon = {}, .services = {*service}, .groups = {}, .files = {}};
  mutation.distort(set);
  return std::make_shared<const NamedService>(std::move(set.services.front()));
}

void distort(SettingsChanged& settings, const Mutation& mutation) {
  SpecSet set{.daemon = settings.daemon, .services = {}, .groups = {}, .files = {}};
  mutation.distort(set);
  settings.daemon = set.daemon;
}

// What the engine has in its place: editions are told apart by their lines.
ServiceRef known_as(const Engine& engine, const ServiceRef& former) {
  if (former == nullptr) return former;
  for (const Instance& i : engine.world().present())
    if (i.definition->name == former->name && i.definition->line == former->line) return i.definition;
  return former;
}

// Definitions that come later are distorted as those of the start.
void distort(Event& event, const Mutation& mutation) {
  if (mutation.distort == nullptr) return;
  if (auto* settings = std::get_if<SettingsChanged>(&event)) distort(*settings, mutation);
  if (auto* changed = std::get_if<DefinitionChanged>(&event)) changed->service = distorted(changed->service, mutation);
  if (auto* redefined = std::get_if<ServicesRedefined>(&event))
    for (ServiceRef& service : redefined->services) service = distorted(service, mutation);
}

// As the engine is told of it.
Event told_to(const Engine& engine, Event event, const Mutation& mutation) {
  distort(event, mutation);
  if (auto* changed = std::get_if<DefinitionChanged>(&event)) changed->former = known_as(engine, changed->former);
  return event;
}

}  // namespace

Universe::Universe(std::uint64_t seed, const Mutation& mutation, Tracing tracing, const Fate& fate)
    : mutation_(mutation),
      tracing_(tracing),
      dice_(seed),
      situation_(make_situation(dice_)),
      cast_(situation_.set),
      kernel_(cast_, situation_.temper, dice_),
      engine_(distorted(situation_.set, mutation), seed),
      scene_(situation_.set, cast_, engine_, kernel_),
      clients_(cast_, dice_),
      tamper_{&engine_, &kernel_},
      fate_(fate) {}

void Universe::run() {
  if (dice_.percent(2)) turn(now_, {ShutdownRequested{}});
  if (!is_over()) turn(now_, {Boot{}});
  if (!is_over()) live_with_faults();
  if (!is_over()) settle_in_calm();
  if (!is_over()) shut_down();
  if (!violation_) judge(end_checkers());
  if (!violation_) poke_after_the_end();
}

// ---- phases ----

void Universe::live_with_faults() {
  const Temper& temper = situation_.temper;
  const Instant end = now_ + temper.faults_last;
  const auto pause = [&] { return dice_.up_to(temper.command_every * 2); };
  Instant next_command = now_ + pause();
  Instant next_shutdown = dice_.percent(35) ? now_ + dice_.up_to(temper.faults_last * 2) : kNever;
  for (std::size_t turns = 0; turns < kMaxFaultyTurns && !is_over(); ++turns) {
    Instant at = std::min({next_happening(), next_command, next_shutdown, end});
    if (dice_.percent(temper.late)) at += dice_.up_to(dice_.percent(50) ? 100ms : 3'000ms);
    if (dice_.percent(temper.jump)) at += dice_.up_to(300s);
    at = std::max(at, now_);
    if (at >= end) return;
    std::vector<Event> commands;
    clients_.begin_turn();
    for (; next_command <= at; next_command = at + 1ms + pause()) commands.push_back(clients_.next(hot_spot()));
    if (next_shutdown <= at) {
      commands.push_back(ShutdownRequested{dice_.percent(15) ? ShutdownPace::at_once : ShutdownPace::orderly});
      next_shutdown = dice_.percent(60) ? at + 1ms + dice_.up_to(15s) : kNever;
    }
    turn(at, std::move(commands));
  }
}

// What has just changed, or something that it requires.
InstanceId Universe::hot_spot() {
  if (scene_.last_changed.value >= scene_.links.size()) return scene_.last_changed;
  const std::vector<InstanceId>& needs = scene_.links[scene_.last_changed.value].needs;
  return needs.empty() || dice_.percent(70) ? scene_.last_changed : dice_.pick(needs);
}

// Until nothing more will happen by itself.
void Universe::settle_in_calm() {
  kernel_.calm_down(now_);
  scene_.is_calm = true;
  scene_.calm_since = std::min(scene_.calm_since, now_);
  write_down("---- the faults are over ----");
  turn(now_, {clients_.let_end()});
  for (const bool is_second : {false, true}) {
    std::size_t turns = 0;
    for (; next_happening() != kNever && !is_over() && turns < kMaxCalmTurns; ++turns)
      turn(std::max(now_, next_happening()), {});
    if (is_over()) return;
    if (turns == kMaxCalmTurns) return complain("liveness", "it never comes to rest");
    judge(rest_checkers());
    judge(population_rest_checkers());
    if (violation_ || is_second) return;
    const CommandKind kind = dice_.pick(std::vector{CommandKind::start, CommandKind::restart, CommandKind::stop});
    turn(now_ + 1s, {dice_.percent(50) ? clients_.for_all(kind) : clients_.next(scene_.last_changed)});
  }
}

void Universe::shut_down() {
  turn(now_ + 1s, {ShutdownRequested{}});
  for (std::size_t turns = 0; next_happening() != kNever && !is_over() && turns < kMaxCalmTurns; ++turns)
    turn(std::max(now_, next_happening()), {});
  if (!is_over()) complain("leaves-in-time", "it never leaves");
}

// Whatever happens now, nothing is answered.
void Universe::poke_after_the_end() {
  turn(now_ + 1s, {clients_.next(scene_.last_changed), ShutdownRequested{}});
  turn(now_ + 3600s, {clients_.for_all(CommandKind::start), Boot{}});
}

// ---- turns ----

Instant Universe::next_happening() const {
  Instant next = kernel_.next().value_or(kNever);
  if (const auto deadline = engine_.next_deadline()) {
    const double clock = mutation_.clock;
    const Instant at =
        clock == 1.0
            ? *deadline
            : Instant{Duration{
                  static_cast<Duration::rep>(static_cast<double>(deadline->time_since_epoch().count()) / clock) + 1}};
    next = std::min(next, at);
  }
  return next;
}

Instant Universe::engine_time(Instant at) const {
  if (mutation_.clock == 1.0) return at;
  return Instant{
      Duration{static_cast<Duration::rep>(static_cast<double>(at.time_since_epoch().count()) * mutation_.clock)}};
}

// All that the world and the clients have for the engine at this moment, in some order that can be.
std::vector<Event> Universe::gather(std::vector<Event> commands) {
  // Before this moment's ends: what is stale has been told in an earlier turn.
  const bool has_stale = !scene_.is_calm && dice_.percent(situation_.temper.stale);
  if (auto stale = has_stale ? kernel_.stale_report() : std::nullopt) commands.push_back(std::move(*stale));
  std::vector<Event> out = kernel_.happen(now_);
  for (Event& command : commands) {
    const auto place = dice_.below(static_cast<std::uint32_t>(out.size()) + 1);
    out.insert(out.begin() + place, std::move(command));
  }
  return out;
}

void Universe::turn(Instant at, std::vector<Event> commands) {
  now_ = at;
  for (std::vector<Event> events = gather(std::move(commands)); !events.empty() && !violation_;) {
    fate_.begin_step();
    if (!scene_.finished && fate_.dies_before()) {
      die(events);
      continue;
    }
    Event event = std::move(events.front());
    events.erase(events.begin());
    deliver(std::move(event));
    if (is_to_die()) die(events);
  }
  if (violation_) return;
  fate_.begin_step();
  std::vector<Event> none;
  if (!scene_.finished && fate_.dies_before()) die(none);
  if (violation_) return;
  tick();
  if (is_to_die()) die(none);
  if (violation_) return;
  for (const Effect& effect : std::exchange(waiting_, {})) obey(effect);
  if (!violation_) judge(turn_checkers());
}

void Universe::deliver(Event event) {
  if (tracing_ == Tracing::on) write_down(describe(cast_, event));
  scene_.begin_step(&event, now_);
  Event heard = told_to(engine_, event, mutation_);
  const bool is_heard = mutation_.hear == nullptr || mutation_.hear(tamper_, heard);
  if (is_heard) engine_.step(engine_time(now_), std::move(heard));
  kernel_.note_heard(event);
  keep_records();
  scene_.meet();
  take_effects();
}

void Universe::tick() {
  scene_.begin_step(nullptr, now_);
  engine_.tick(engine_time(now_));
  keep_records();
  scene_.meet();
  take_effects();
}

void Universe::take_effects() {
  std::vector<Effect> effects;
  for (Effect& effect : engine_.take_effects()) {
    if (mutation_.tell != nullptr)
      mutation_.tell(tamper_, std::move(effect), effects);
    else
      effects.push_back(std::move(effect));
  }
  const std::size_t carried_out = fate_.dies_among(effects.size()).value_or(effects.size());
  is_dying_ = carried_out < effects.size();
  for (std::size_t next = 0; next < effects.size(); ++next) {
    Effect& effect = effects[next];
    scene_.look_ahead(std::span(effects).subspan(next + 1));
    if (tracing_ == Tracing::on) write_down("    " + describe(cast_, effect));
    for (const auto checkers : {run_checkers(), hook_checkers(), ready_checkers(), order_checkers(), tree_checkers(),
                                policy_checkers(), reply_checkers(), population_checkers(), exit_checkers()})
      if (!violation_) judge(checkers, effect);
    if (violation_) return;
    scene_.note(effect);
    if (next >= carried_out) continue;
    if (situation_.temper.is_batching)
      waiting_.push_back(std::move(effect));
    else
      obey(effect);
  }
  scene_.end_step();
  judge_step();
}

void Universe::judge_step() {
  judge(tree_step_checkers());
  judge(step_checkers());
  judge(hook_step_checkers());
  judge(ready_step_checkers());
  judge(population_step_checkers());
}

void Universe::obey(const Effect& effect) {
  if (mutation_.obey != nullptr && !mutation_.obey(tamper_, effect)) return;
  kernel_.obey(effect, now_);
}

// ---- judgement ----

void Universe::judge(std::span<const SceneChecker> checkers) {
  for (const SceneChecker& checker : checkers)
    if (auto complaint = checker.check(scene_)) return complain(checker.name, std::move(*complaint));
}

void Universe::judge(std::span<const EffectChecker> checkers, const Effect& effect) {
  for (const EffectChecker& checker : checkers)
    if (auto complaint = checker.check(scene_, effect)) return complain(checker.name, std::move(*complaint));
}

void Universe::complain(std::string_view checker, std::string text) {
  if (violation_) return;
  violation_ = Violation{checker, std::move(text)};
}

void Universe::write_down(std::string line) {
  if (tracing_ == Tracing::off) return;
  trace_.push_back(fmt::format("{:>10.3f} {}", std::chrono::duration<double>(now_.time_since_epoch()).count(), line));
}

std::string Universe::story() const {
  std::string out = describe(situation_.set);
  const std::size_t shown = std::min(trace_.size(), kTraceLength);
  out += fmt::format("the last {} of {} lines:\n", shown, trace_.size());
  for (const std::string& line : std::span(trace_).last(shown)) out += line + "\n";
  return out;
}

std::optional<std::string> judge_seed(std::uint64_t seed, const Mutation& mutation, const Fate& fate) {
  Universe universe(seed, mutation, Tracing::off, fate);
  universe.run();
  if (!universe.violation()) return std::nullopt;
  Universe again(seed, mutation, Tracing::on, fate);
  again.run();
  return fmt::format("seed {}: {}: {}\n{}", seed, again.violation()->checker, again.violation()->text, again.story());
}

std::optional<std::string> judge_deaths(std::uint64_t seed, std::uint64_t first, std::uint64_t stride) {
  Universe whole(seed);
  whole.run();
  for (std::uint64_t step = first; step <= whole.steps(); step += stride)
    if (auto wrong = judge_seed(seed, {}, Fate::in_step(seed + step, step)))
      return fmt::format("the manager dies in step {}: {}", step, *wrong);
  return std::nullopt;
}

}  // namespace sup::sim
