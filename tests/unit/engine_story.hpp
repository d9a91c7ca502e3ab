// Story: a few words to tell an engine what happens, and to read what it does about it.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "engine/engine.hpp"
#include "engine/explain.hpp"
#include "engine/transitions.hpp"

namespace sup::story {

using namespace std::chrono_literals;
using Names = std::vector<std::string>;

inline std::vector<Dependency> each(const Names& names, Until until = Until::ready) {
  std::vector<Dependency> out;
  for (const std::string& name : names) out.push_back({name, until});
  return out;
}

// A service being configured. Without further words: simple, never restarted, stopped by TERM and 10 s of patience.
struct Service {
  NamedService named;

  explicit Service(std::string name) {
    named.name = std::move(name);
    named.spec.command.argv = {"program"};
    named.spec.restart.when = RestartWhen::never;
    named.spec.restart.jitter = 0;
  }
  Service& oneshot() { return named.spec.type = ServiceType::oneshot, *this; }
  Service& forking() { return named.spec.type = ServiceType::forking, *this; }
  Service& notify() { return named.spec.type = ServiceType::notify, *this; }
  Service& delay(Duration delay) { return named.spec.ready.edit().delay = delay, *this; }
  Service& start_delay(Duration delay) { return named.spec.start_delay = delay, *this; }
  Service& ready_within(Duration timeout) { return named.spec.ready.edit().timeout = timeout, *this; }
  Service& reload(Signal signal, Duration timeout = 30s) {
    named.spec.reload.edit() = {.signal = signal, .command = {}, .timeout = timeout};
    return *this;
  }
  Service& reload(std::string program, Duration timeout = 30s) {
    named.spec.reload.edit() = {.signal = {}, .command = {{std::move(program)}}, .timeout = timeout};
    return *this;
  }
  Service& watchdog(Duration interval) { return named.spec.watchdog = interval, *this; }
  // Asked every second, unhealthy after two failures in a row.
  Service& health(HealthAction action) {
    HealthSpec& health = named.spec.health.edit();
    health.tcp = ":80";
    health.interval = 1s;
    health.failures = 2;
    health.start_grace = 0s;
    health.action = action;
    return *this;
  }
  Service& instances(std::uint32_t count) { return named.instances = count, *this; }
  Service& parent(std::string name) { return named.spec.parent = std::move(name), *this; }
  Service& daemon() { return named.spec.daemon = true, *this; }
  Service& last() { return named.spec.last = true, *this; }
  Service& disabled() { return named.spec.enabled = false, *this; }
  Service& target() {
    named.spec.type = ServiceType::target;
    named.spec.command.argv.clear();
    return *this;
  }
  // Asked every second, lost after two failures in a row.
  Service& external(OnLost on_lost = OnLost::none) {
    ExternalSpec& spec = named.external.edit();
    spec.tcp = "10.0.0.5:5432";
    spec.interval = 1s;
    spec.failures = 2;
    spec.on_lost = on_lost;
    named.spec = as_service(spec);
    return *this;
  }
  Service& requires_(const Names& names, Until until = Until::ready) {
    return named.spec.requires_ = each(names, until), *this;
  }
  Service& binds_to(const Names& names, Until until = Until::ready) {
    return named.spec.binds_to = each(names, until), *this;
  }
  Service& wants(const Names& names, Until until = Until::ready) {
    return named.spec.wants = each(names, until), *this;
  }
  Service& after(const Names& names, Until until = Until::ready) {
    return named.spec.after = each(names, until), *this;
  }
  Service& restart_with(Names names) { return named.spec.restart_with.edit() = std::move(names), *this; }
  Service& conflicts(Names names) { return named.spec.conflicts = std::move(names), *this; }
  Service& before(Names names) { return named.spec.before = std::move(names), *this; }
  Service& restart(RestartWhen when, Duration delay = 1s) {
    named.spec.restart.when = when;
    named.spec.restart.delay = delay;
    return *this;
  }
  Service& at_most(std::uint32_t max, Duration within) {
    named.spec.restart.max.count = max;
    named.spec.restart.within = within;
    return *this;
  }
  Service& on_give_up(GiveUpAction action, std::string start = {}) {
    named.spec.restart.on_give_up.edit() = {action, std::move(start)};
    return *this;
  }
  Service& on_exit_shutdown() { return named.spec.on_exit = OnExit::shutdown, *this; }
  Service& success(std::vector<int> codes) { return named.spec.success_codes = std::move(codes), *this; }
  Service& stop(std::vector<StopStep> steps) { return named.spec.stop.edit().steps = std::move(steps), *this; }
  template <class Change>
  Service& with(Change change) {
    return change(named.spec), *this;
  }
};

inline DaemonSpec parallel(std::uint32_t count) {
  DaemonSpec out;
  out.start_parallelism = count;
  return out;
}
inline DaemonSpec budget(Duration shutdown_timeout) {
  DaemonSpec out;
  out.shutdown_timeout = shutdown_timeout;
  return out;
}
inline DaemonSpec when_done(std::string exit_code_from = {}) {
  DaemonSpec out;
  out.exit = ExitWhen::when_done;
  out.exit_code_from = std::move(exit_code_from);
  return out;
}
inline DaemonSpec code_from(std::string service) {
  DaemonSpec out;
  out.exit_code_from = std::move(service);
  return out;
}

inline ExitStatus code(int value) { return {value, 0, false}; }
inline ExitStatus signal(int number) { return {0, number, false}; }
inline StopStep step(int signal_number, SignalTarget to, Duration wait) {
  return {.signal = Signal{signal_number}, .to = to, .command = {}, .wait = wait};
}
inline StopStep command_step(std::string program, Duration wait) {
  return {.signal = Signal{15}, .to = SignalTarget::group, .command = {{std::move(program)}}, .wait = wait};
}
inline Hook hook(std::string program, Duration timeout = 60s) { return {{{std::move(program)}}, timeout}; }

class Story {
 public:
  explicit Story(std::vector<Service> services, DaemonSpec daemon = {})
      : engine_(make_set(std::move(services), std::move(daemon)), 1) {}

  // ---- what happens ----
  Story& boot() { return tell(Boot{}); }
  Story& spawned(const std::string& name) { return tell(Spawned{id(name), at(name).run, 100}); }
  Story& spawn_fails(const std::string& name, std::string why = "exec 'program': Permission denied") {
    return tell(SpawnFailed{id(name), at(name).run, std::move(why)});
  }
  Story& main_exits(const std::string& name, ExitStatus status) {
    return tell(MainExited{id(name), at(name).run, status});
  }
  Story& ends(const std::string& name, ExitStatus status = code(0)) {
    return tell(Ended{id(name), at(name).run, status});
  }
  Story& main_found(const std::string& name, std::int32_t pid = 200) {
    return tell(MainFound{id(name), at(name).run, pid});
  }
  Story& main_lost(const std::string& name, std::string why) {
    return tell(MainLost{id(name), at(name).run, std::move(why)});
  }
  // The task that was ordered last ends.
  Story& task_ends(const std::string& name, std::string failure = {}) {
    const RunTask& task = tasks_.at(name);
    return tell(TaskEnded{task.instance, task.run, task.kind, task.index, std::move(failure)});
  }
  Story& survives(const std::string& name, std::string what) {
    return tell(Survived{id(name), at(name).run, std::move(what)});
  }
  Story& ready(const std::string& name) { return tell(BecameReady{id(name), at(name).run, ReadyBy::said}); }
  Story& never_ready(const std::string& name, std::string why) {
    return tell(ReadyFailed{id(name), at(name).run, std::move(why)});
  }
  Story& says(const std::string& name, Notice notice) { return tell(NoticeGiven{id(name), at(name).run, notice}); }
  Story& is_in_trouble(const std::string& name, std::string what) {
    return tell(NoticeGiven{id(name), at(name).run, Notice::trouble, std::move(what)});
  }
  Story& asks_for(const std::string& name, Duration more) { return tell(MoreTimeAsked{id(name), at(name).run, more}); }
  // Every program that was ordered is executed, until there are no more.
  Story& run() {
    while (!unanswered_.empty()) {
      const SpawnRun order = unanswered_.front();
      unanswered_.erase(unanswered_.begin());
      if (at(order.instance).run == order.run && at(order.instance).state == State::starting)
        tell(Spawned{order.instance, order.run, 100});
    }
    return *this;
  }
  // Each runs and ends at once, in this order.
  Story& run_and_end(const std::string& name, ExitStatus status) { return spawned(name).ends(name, status); }
  Story& pass(Duration time) {
    const Instant target = now_ + time;
    while (engine_.next_deadline() && *engine_.next_deadline() <= target) {
      now_ = std::max(now_, *engine_.next_deadline());
      engine_.tick(now_);
      read();
    }
    now_ = target;
    engine_.tick(now_);
    return read();
  }
  // A probe of its health has ended; without a failure, with success.
  Story& probe(const std::string& name, std::string failure = {}) {
    return tell(HealthProbed{id(name), at(name).run, std::move(failure)});
  }
  Story& shutdown(ShutdownPace pace = ShutdownPace::orderly) { return tell(ShutdownRequested{pace}); }
  Story& tell(Event event) {
    engine_.step(now_, std::move(event));
    return read();
  }

  // The engine is lost, and another one goes on where its records end. The orders that are owed come again. Changes are
  // not heard of any more.
  Story& die() {
    const Engine& old = engine_;
    std::vector<InstanceRecord> records;
    for (const Instance& i : old.world().present()) records.push_back(*old.record_of(old.world().id(i)));
    std::vector<FormerDefinition> formers = old.former_relations();
    for (const Instance& i : old.world().present())
      if (is_stale(old.world(), i)) formers.push_back({recorded_name(old.world(), old.world().id(i)), i.definition});
    return live_again(old.record(), std::move(records), formers);
  }
  Story& live_again(const EngineRecord& record, std::vector<InstanceRecord> records,
                    const std::vector<FormerDefinition>& formers = {}) {
    Engine next(definitions(), 99);
    orphans_ = next.recover(now_, record, std::move(records), formers);
    engine_ = std::move(next);
    orders_.clear();
    unanswered_.clear();
    return read();
  }

  // How the change of state that was the end of a run says that it exited.
  [[nodiscard]] std::optional<ExitStatus> told_end(RunId run) const {
    const auto found = told_ends_.find(run);
    return found == told_ends_.end() ? std::nullopt : std::optional(found->second);
  }

  // ---- commands; each returns the change ----
  ChangeId start(Names names) { return command(CommandKind::start, std::move(names)); }
  ChangeId stop(Names names) { return command(CommandKind::stop, std::move(names)); }
  ChangeId restart(Names names) { return command(CommandKind::restart, std::move(names)); }
  // A rolling restart of these services or instances.
  ChangeId roll(Names names, std::uint32_t at_a_time = 1) {
    CommandGiven out{.change = next_change(), .kind = CommandKind::roll, .targets = {}, .signal = {}};
    for (const std::string& name : names)
      for (const InstanceId target : find_instances(engine_.world(), name)) out.targets.push_back(target);
    out.at_a_time = at_a_time;
    tell(std::move(out));
    return ChangeId{last_change_};
  }
  ChangeId kill(Names names) { return command(CommandKind::kill, std::move(names)); }
  ChangeId pause(Names names) { return command(CommandKind::pause, std::move(names)); }
  ChangeId resume(Names names) { return command(CommandKind::resume, std::move(names)); }
  ChangeId reload(Names names) { return command(CommandKind::reload, std::move(names)); }
  ChangeId send(Signal signal, Names names) { return command(CommandKind::signal, std::move(names), signal); }
  ChangeId add(Service service, std::uint32_t instances = 1) {
    tell(ServiceAdded{std::make_shared<const NamedService>(std::move(service.named)), instances, next_change()});
    return ChangeId{last_change_};
  }
  Story& redefine(Service service) {
    tell(DefinitionChanged{std::make_shared<const NamedService>(std::move(service.named))});
    return *this;
  }
  // They are defined so from their next starts on.
  Story& redefine_next(std::vector<Service> services) {
    ServicesRedefined out;
    for (Service& service : services)
      out.services.push_back(std::make_shared<const NamedService>(std::move(service.named)));
    return tell(std::move(out));
  }
  ChangeId remove(std::string name) {
    tell(ServiceRemoved{std::move(name), next_change()});
    return ChangeId{last_change_};
  }
  ChangeId scale(std::vector<Scaling> scalings) {
    tell(Scaled{std::move(scalings), next_change()});
    return ChangeId{last_change_};
  }
  ChangeId wait(WaitFor what, Names names, WaitMode mode = WaitMode::all) {
    return command(CommandKind::wait, std::move(names), {}, what, mode);
  }

  // ---- what can be seen ----
  [[nodiscard]] std::string state(const std::string& name) const { return std::string(enum_name(at(name).state)); }
  [[nodiscard]] std::string cause(const std::string& name) const { return cause_text(engine_.world(), at(name)); }
  [[nodiscard]] std::string why(const std::string& name) const {
    return at(name).row == nullptr ? "" : std::string(at(name).row->why);
  }
  [[nodiscard]] const Instance& at(const std::string& name) const { return at(id(name)); }
  [[nodiscard]] const Instance& at(InstanceId id) const { return engine_.world().at(id); }
  [[nodiscard]] InstanceId id(const std::string& name) const {
    const InstanceId found = find_instance(engine_.world(), name);
    CHECK(found != kNoInstance);
    return found;
  }
  [[nodiscard]] const Engine& engine() const { return engine_; }
  // The orders to the world since the last question: "spawn db", "TERM db", "KILL db".
  Names orders() { return std::exchange(orders_, {}); }
  // "web=done db=failed (exit 1) api<db=done": api was taken along since it requires db. "open" while the change goes
  // on.
  [[nodiscard]] std::string reply(ChangeId change) const {
    const auto it = replies_.find(change);
    return it == replies_.end() ? "open" : it->second;
  }
  [[nodiscard]] Duration took(ChangeId change, const std::string& name) const { return took_.at({change, id(name)}); }
  // Records of the last life that nobody could be found for.
  [[nodiscard]] const std::vector<InstanceRecord>& orphans() const { return orphans_; }
  [[nodiscard]] Instant now() const { return now_; }
  [[nodiscard]] const std::optional<Finished>& finished() const { return finished_; }
  [[nodiscard]] const std::string& shutdown_reason() const { return shutdown_reason_; }

 private:
  static SpecSet make_set(std::vector<Service> services, DaemonSpec daemon) {
    SpecSet out;
    out.daemon = std::move(daemon);
    for (Service& service : services) out.services.push_back(std::move(service.named));
    std::ranges::sort(out.services, {}, &NamedService::name);
    return out;
  }

  // What is in force now.
  [[nodiscard]] SpecSet definitions() const {
    const World& w = engine_.world();
    SpecSet out;
    out.daemon = w.daemon;
    for (const ServiceId id : w.by_name) out.services.push_back(*w.service(id).definition);
    return out;
  }

  ChangeId next_change() { return ChangeId{++last_change_}; }

  ChangeId command(CommandKind kind, Names names, Signal signal = {}, WaitFor wait_for = WaitFor::ready,
                   WaitMode mode = WaitMode::all) {
    CommandGiven out{.change = next_change(), .kind = kind, .targets = {}, .signal = signal};
    for (const std::string& name : names)
      for (const InstanceId target : find_instances(engine_.world(), name)) out.targets.push_back(target);
    out.wait_for = wait_for;
    out.wait_mode = mode;
    tell(std::move(out));
    return ChangeId{last_change_};
  }

  [[nodiscard]] std::string name(InstanceId id) const { return engine_.world().name(at(id)); }

  Story& read() {
    for (const Effect& effect : engine_.take_effects()) std::visit([this](const auto& e) { note(e); }, effect);
    return *this;
  }
  void note(const SpawnRun& e) {
    unanswered_.push_back(e);
    orders_.push_back("spawn " + name(e.instance));
  }
  void note(const SignalRun& e) {
    const std::string to = e.to == SignalTarget::group ? "" : fmt::format(" ({})", enum_name(e.to));
    orders_.push_back(fmt::format("{} {}{}", signal_name(e.signal), name(e.instance), to));
  }
  void note(const FindMain& e) { orders_.push_back("find main of " + name(e.instance)); }
  void note(const RunTask& e) {
    tasks_[name(e.instance)] = e;
    orders_.push_back(fmt::format("{} {} of {}", enum_name(e.kind), e.index + 1, name(e.instance)));
  }
  void note(const KillTasks& e) { orders_.push_back("kill tasks of " + name(e.instance)); }
  void note(const AwaitReady& e) { orders_.push_back("await " + name(e.instance)); }
  void note(const StopAwaiting& e) { orders_.push_back("stop awaiting " + name(e.instance)); }
  void note(const AskHealth& e) { orders_.push_back("probe " + name(e.instance)); }
  void note(const StopAsking& e) { orders_.push_back("probe no more " + name(e.instance)); }
  void note(const HealthChanged& e) { orders_.push_back(fmt::format("{} is {}", name(e.instance), e.cause)); }
  void note(const FreezeRun& e) { orders_.push_back("freeze " + name(e.instance)); }
  void note(const ThawRun& e) { orders_.push_back("thaw " + name(e.instance)); }
  void note(const KillRun& e) { orders_.push_back("KILL " + name(e.instance)); }
  void note(const StateChanged& e) {
    if (e.ended) told_ends_.insert_or_assign(e.run, *e.ended);
  }
  void note(const ChangeDone& e) {
    std::string text;
    for (const TargetResult& r : e.results)
      text += fmt::format("{}{}{}={}{}", text.empty() ? "" : " ", r.name,
                          r.along_with == kNoInstance ? "" : "<" + r.along_with_name, enum_name(r.outcome),
                          r.cause.empty() ? "" : " (" + r.cause + ")");
    for (const TargetResult& r : e.results) took_[{e.change, r.instance}] = r.took;
    CHECK(replies_.emplace(e.change, text).second);
  }
  void note(const InstanceVacated& e) { orders_.push_back(name(e.instance) + " has left"); }
  void note(const ShutdownBegun& e) { shutdown_reason_ = e.why; }
  void note(const Finished& e) { finished_ = e; }

  Engine engine_;
  Instant now_{};
  std::uint64_t last_change_ = 0;
  Names orders_;
  std::map<RunId, ExitStatus> told_ends_;
  std::vector<SpawnRun> unanswered_;
  std::map<std::string, RunTask> tasks_;  // The last of each service.
  std::map<ChangeId, std::string> replies_;
  std::map<std::pair<ChangeId, InstanceId>, Duration> took_;
  std::string shutdown_reason_;
  std::vector<InstanceRecord> orphans_;
  std::optional<Finished> finished_;
};

}  // namespace sup::story
