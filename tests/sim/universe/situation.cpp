#include "sim/universe/situation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.hpp"

namespace sup::sim {
namespace {

using namespace std::chrono_literals;

const std::vector<int> kStopSignals = {15, 2, 3, 1};

std::string name_of(std::size_t index) { return std::string(1, static_cast<char>('a' + index)); }

RestartSpec random_restart(Dice& dice, ServiceType type) {
  RestartSpec out;
  out.when = dice.pick(std::vector{RestartWhen::automatic, RestartWhen::always, RestartWhen::on_failure,
                                   RestartWhen::on_failure, RestartWhen::never});
  out.delay = dice.percent(25) ? 0ms : dice.up_to(5s);
  out.factor = 1.0 + dice.below(7) * 0.5;
  out.max_delay = out.delay + dice.up_to(15s);
  out.jitter = dice.percent(50) ? 0.0 : dice.below(11) * 0.1;
  if (dice.percent(50)) out.max.count = dice.below(5);
  out.within = 1s + dice.up_to(90s);
  out.reset_after = dice.up_to(30s);
  if (type == ServiceType::oneshot && out.when == RestartWhen::always) {
    // Else it would be started again for ever, and the universe would never come to rest.
    out.max.count = dice.below(4);
    out.within = 24h;
  }
  return out;
}

// With `least`, the hook is done in time where all goes well.
std::vector<Hook> random_hooks(Dice& dice, std::uint32_t chance, Duration least) {
  std::vector<Hook> out;
  for (std::uint32_t count = dice.percent(chance) ? 1 + dice.below(2) : 0; count > 0; --count)
    out.push_back({Command{{"hook"}}, least + (dice.percent(10) ? 0ms : dice.up_to(4s))});
  return out;
}

void add_hooks(Dice& dice, std::uint32_t chance, ServiceSpec& spec) {
  spec.pre_start = random_hooks(dice, chance, 300ms);
  spec.post_start = random_hooks(dice, chance, 300ms);
  spec.pre_stop = random_hooks(dice, chance, 0ms);
  spec.post_stop = random_hooks(dice, chance, 0ms);
}

StopSpec random_stop(Dice& dice) {
  StopSpec out;
  out.steps.clear();
  for (std::uint32_t count = 1 + dice.below(3); count > 0; --count) {
    StopStep step;
    step.signal = Signal{dice.pick(kStopSignals)};
    step.to = dice.pick(std::vector{SignalTarget::main, SignalTarget::group, SignalTarget::all});
    step.wait = dice.percent(10) ? 0ms : dice.up_to(5s);
    if (dice.percent(20)) step.command.argv = {"stopper"};
    out.steps.push_back(step);
  }
  return out;
}

// A name for others: nothing can be said of a process.
ServiceSpec random_target(Dice& dice) {
  ServiceSpec out;
  out.type = ServiceType::target;
  out.enabled = dice.percent(80);
  return out;
}

// Not ours: it is there or not.
NamedService random_external(Dice& dice, std::string name) {
  NamedService out{std::move(name), {}, 0, 0};
  ExternalSpec& external = out.external.edit();
  external.tcp = "10.0.0.5:5432";
  external.interval = 500ms + dice.up_to(10s);
  external.failures = 1 + dice.below(3);
  external.successes = 1 + dice.below(3);
  external.on_lost = dice.percent(50) ? OnLost::stop : OnLost::none;
  out.spec = as_service(external);
  return out;
}

// Readiness that asks for more than a start, reloads, a watchdog.
void add_sayings(Dice& dice, ServiceSpec& spec) {
  spec.ready.edit().timeout = 500ms + dice.up_to(6s);
  if (spec.type == ServiceType::oneshot) return;
  if (spec.type == ServiceType::forking && dice.percent(30)) spec.ready.edit().notify = true;
  if (spec.type != ServiceType::notify && !spec.ready->notify && dice.percent(15))
    spec.ready.edit().delay = dice.up_to(4s);
  else if (spec.type != ServiceType::notify && !spec.ready->notify && dice.percent(15))
    dice.percent(50) ? spec.ready.edit().tcp = ":80" : spec.ready.edit().log = "listening";
  if (dice.percent(60)) spec.reload.edit().timeout = 500ms + dice.up_to(20s);
  if (dice.percent(60))
    spec.reload.edit().signal = Signal{1};
  else if (dice.percent(30))
    spec.reload.edit().command.argv = {"reloader"};
  if (dice.percent(20)) spec.watchdog = 300ms + dice.up_to(8s);
}

// Probes of its health.
void add_health(Dice& dice, ServiceSpec& spec) {
  if (spec.type == ServiceType::oneshot || !dice.percent(30)) return;
  HealthSpec& health = spec.health.edit();
  health.tcp = ":80";
  health.interval = 500ms + dice.up_to(10s);
  health.failures = 1 + dice.below(3);
  health.successes = 1 + dice.below(3);
  health.start_grace = dice.percent(50) ? 0ms : dice.up_to(15s);
  health.action = dice.pick(std::vector{HealthAction::restart, HealthAction::restart, HealthAction::stop,
                                        HealthAction::shutdown, HealthAction::none});
}

ServiceSpec random_service(Dice& dice, std::uint32_t hooks_chance) {
  static const std::vector<ServiceType> kTypes = {ServiceType::simple,  ServiceType::simple,  ServiceType::simple,
                                                  ServiceType::oneshot, ServiceType::forking, ServiceType::notify,
                                                  ServiceType::notify};
  if (dice.percent(7)) return random_target(dice);
  ServiceSpec out;
  out.command.argv = {"program"};
  out.type = dice.pick(kTypes);
  if (dice.percent(20)) out.exit_when = RunEndsWith::empty;
  add_sayings(dice, out);
  add_health(dice, out);
  out.enabled = dice.percent(80);
  out.restart = random_restart(dice, out.type);
  out.stop.edit() = random_stop(dice);
  add_hooks(dice, hooks_chance, out);
  if (dice.percent(15)) out.start_delay = dice.up_to(4s);
  if (dice.percent(20)) out.success_codes = {0, 3, 143};
  if (dice.percent(5)) out.success_codes = {3};
  if (dice.percent(8)) out.on_exit = OnExit::shutdown;
  return out;
}

Until random_until(Dice& dice, const ServiceSpec& other) {
  if (dice.percent(70)) return Until::ready;
  if (other.health.is_written() && dice.percent(60)) return Until::healthy;
  return dice.percent(50) || !may_complete(other) ? Until::started : Until::completed;
}

// What is external cannot be started instead.
void give_up_to(const NamedService& other, OnGiveUp& out) {
  if (other.spec.type == ServiceType::external)
    out = {GiveUpAction::fail, {}};
  else
    out.start = other.name;
}

const ServiceSpec& spec_of(const std::vector<NamedService>& services, const std::string& name) {
  return std::ranges::find(services, name, &NamedService::name)->spec;
}

// Whether the start of `name` (or its completion) waits for the start of `sought`, directly or not.
bool waits_for(const std::vector<NamedService>& services, const std::string& name, bool is_completion,
               const std::string& sought) {
  if (name == sought && !is_completion) return true;
  if (is_completion && waits_for(services, name, false, sought)) return true;
  if (is_completion)
    return std::ranges::any_of(services, [&](const NamedService& child) {
      return child.spec.parent == name && !child.spec.daemon && waits_for(services, child.name, true, sought);
    });
  const ServiceSpec& spec = spec_of(services, name);
  if (!spec.parent.empty() && waits_for(services, spec.parent, false, sought)) return true;
  for (const auto* list : {&spec.requires_, &spec.binds_to, &spec.wants, &spec.after})
    for (const Dependency& on : *list)
      if (waits_for(services, on.service, on.until == Until::completed, sought)) return true;
  for (const std::string& other : *spec.restart_with)
    if (waits_for(services, other, false, sought)) return true;
  return std::ranges::any_of(services, [&](const NamedService& other) {
    return std::ranges::count(other.spec.before, name) > 0 && waits_for(services, other.name, false, sought);
  });
}

// A daemon has none.
void drop_children_of_daemons(std::vector<NamedService>& services) {
  for (NamedService& child : services)
    if (!child.spec.parent.empty() && spec_of(services, child.spec.parent).daemon) child.spec.parent.clear();
}

// Puts a service under another: not a name for others, nor under a daemon.
void adopt(Dice& dice, ServiceSpec& child, const NamedService& parent) {
  if (!child.parent.empty() || !has_process(child) || parent.spec.daemon) return;
  child.parent = parent.name;
  child.daemon = parent.spec.type != ServiceType::oneshot && dice.percent(40);
}

// No configuration says that a child waits for somebody who waits for its parent to complete, which waits for it.
void leave_vicious_parent(const std::vector<NamedService>& services, NamedService& child) {
  const std::string parent = std::exchange(child.spec.parent, {});
  const auto awaits_end_of = [](const ServiceSpec& spec, const std::string& ancestor) {
    for (const auto* list : {&spec.requires_, &spec.binds_to, &spec.wants, &spec.after})
      for (const Dependency& on : *list)
        if (on.service == ancestor && on.until == Until::completed) return true;
    return false;
  };
  for (std::string ancestor = parent; !ancestor.empty(); ancestor = spec_of(services, ancestor).parent)
    for (const NamedService& waiting : services)
      if (awaits_end_of(waiting.spec, ancestor) && waits_for(services, child.name, false, waiting.name)) return;
  child.spec.parent = parent;
}

void restart_with(ServiceSpec& self, const NamedService& other) {
  if (has_process(self) && has_process(other.spec)) self.restart_with.edit().push_back(other.name);
}

// Edges lead only from later to earlier services of a random order, so there is no cycle.
void connect(Dice& dice, std::vector<NamedService>& services) {
  std::vector<std::size_t> order(services.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  for (std::size_t i = order.size(); i > 1; --i)
    std::swap(order[i - 1], order[dice.below(static_cast<std::uint32_t>(i))]);
  const std::uint32_t density = 5 + dice.below(70);
  for (std::size_t later = 1; later < order.size(); ++later) {
    ServiceSpec& self = services[order[later]].spec;
    if (self.type == ServiceType::external) continue;  // It says nothing of others.
    for (std::size_t earlier = 0; earlier < later; ++earlier) {
      NamedService& other = services[order[earlier]];
      if (!dice.percent(density)) continue;
      const Dependency to{other.name, random_until(dice, other.spec)};
      const bool is_external = other.spec.type == ServiceType::external;
      const std::uint32_t kind = dice.below(13);
      switch (is_external && (kind == 2 || kind == 4 || kind > 8) ? 5 : kind) {
        case 0: self.wants.push_back(to); break;
        case 1: self.after.push_back(to); break;
        case 2: other.spec.before.push_back(services[order[later]].name); break;
        case 3:
        case 5: self.binds_to.push_back(to); break;
        case 4: self.conflicts.push_back(other.name); break;
        case 6: restart_with(self, other); break;
        case 9:
        case 10:
        case 11:
        case 12: adopt(dice, self, other); break;
        default: self.requires_.push_back(to); break;
      }
      if (kind == 7 && dice.percent(30)) restart_with(self, other);
    }
    leave_vicious_parent(services, services[order[later]]);
    if (!dice.percent(20) || !has_process(self)) continue;
    self.restart.on_give_up.edit().action = dice.percent(40) ? GiveUpAction::shutdown : GiveUpAction::start;
    if (self.restart.on_give_up->action == GiveUpAction::start)
      give_up_to(services[order[dice.below(static_cast<std::uint32_t>(later))]], self.restart.on_give_up.edit());
  }
}

// All that cannot be up without `name`, and itself.
std::set<std::string> pulling(const std::vector<NamedService>& services, const std::string& name) {
  std::set<std::string> out{name};
  for (bool is_growing = true; is_growing;) {
    const std::size_t before = out.size();
    for (const NamedService& service : services)
      if (out.contains(service.spec.parent)) out.insert(service.name);
    for (const NamedService& service : services)
      for (const auto* list : {&service.spec.requires_, &service.spec.binds_to})
        for (const Dependency& on : *list)
          if (out.contains(on.service)) out.insert(service.name);
    is_growing = out.size() > before;
  }
  return out;
}

// Nothing may need both of two that conflict: no configuration says that.
void drop_contradictions(std::vector<NamedService>& services) {
  for (NamedService& service : services)
    std::erase_if(service.spec.conflicts, [&](const std::string& other) {
      const auto mine = pulling(services, service.name), theirs = pulling(services, other);
      return std::ranges::any_of(mine, [&](const std::string& name) { return theirs.contains(name); });
    });
}

}  // namespace

DaemonSpec random_daemon(Dice& dice, const std::vector<NamedService>& services) {
  DaemonSpec out;
  out.shutdown_timeout = dice.percent(20) ? 0ms : dice.up_to(dice.percent(50) ? Duration{2s} : Duration{40s});
  if (dice.percent(60)) out.start_parallelism = 1 + dice.below(3);
  if (dice.percent(25)) out.exit = ExitWhen::when_done;
  if (dice.percent(30)) out.exit_code_from = dice.pick(services).name;
  return out;
}

namespace {

Temper random_temper(Dice& dice) {
  Temper out;
  out.spawn_fails = dice.below(30);
  out.spawn_is_slow = dice.below(60);
  out.dies = dice.below(90);
  out.dies_at_once = dice.below(60);
  out.deaf = dice.below(80);
  out.stuck = dice.below(50);
  out.outlived = dice.below(70);
  out.hook_fails = dice.below(40);
  out.hook_hangs = dice.below(30);
  out.main_hidden = dice.below(50);
  out.dies_frozen = dice.below(100);
  out.silent = dice.below(50);
  out.chatter = dice.below(80);
  out.sick = dice.percent(50) ? dice.below(20) : dice.below(90);
  out.jump = dice.percent(30) ? dice.below(4) : 0;
  out.late = dice.below(40);
  out.stale = dice.below(20);
  out.command_every = 200ms + dice.up_to(2s);
  out.faults_last = 30s + dice.up_to(600s);
  out.is_batching = dice.percent(40);
  return out;
}

std::string list_text(std::string_view key, const std::vector<std::string>& names) {
  if (names.empty()) return {};
  return fmt::format(" {}=[{}]", key, fmt::join(names, ","));
}

std::string list_text(std::string_view key, const std::vector<Dependency>& list) {
  std::vector<std::string> texts;
  for (const Dependency& d : list)
    texts.push_back(d.until == Until::ready ? d.service : fmt::format("{}:{}", d.service, enum_name(d.until)));
  return list_text(key, texts);
}

std::string hooks_text(std::string_view key, const std::vector<Hook>& hooks) {
  std::vector<std::string> limits;
  for (const Hook& hook : hooks) limits.push_back(format_duration(hook.timeout));
  return list_text(key, limits);
}

}  // namespace

std::string describe(const NamedService& service) {
  const ServiceSpec& s = service.spec;
  const RestartSpec& r = s.restart;
  std::string out = fmt::format(
      "  {} {}{}{}{}{}{}{}{}{}{}{}{}{} restart={{{} delay={} factor={} max-delay={} jitter={} max={} within={} "
      "reset-after={} "
      "on-give-up={}{}}}",
      service.name, enum_name(s.type), s.enabled ? "" : " disabled", s.parent.empty() ? "" : " parent=" + s.parent,
      s.daemon ? " daemon" : "", s.last ? " last" : "", list_text("requires", s.requires_),
      list_text("binds-to", s.binds_to), list_text("conflicts", s.conflicts), list_text("wants", s.wants),
      list_text("restart-with", *s.restart_with), list_text("after", s.after), list_text("before", s.before),
      s.on_exit == OnExit::shutdown ? " on-exit=shutdown" : "", enum_name(r.when), format_duration(r.delay), r.factor,
      format_duration(r.max_delay), r.jitter, r.max.count ? std::to_string(*r.max.count) : "unlimited",
      format_duration(r.within), format_duration(r.reset_after), enum_name(r.on_give_up->action), r.on_give_up->start);
  if (s.type == ServiceType::forking || has_to_show(s))
    out += fmt::format(" ready.timeout={}{}", format_duration(s.ready->timeout),
                       s.ready->notify         ? " notify"
                       : !s.ready->log.empty() ? " log"
                       : !s.ready->tcp.empty() ? " tcp"
                                               : "");
  if (s.start_delay > Duration{}) out += fmt::format(" start-delay={}", format_duration(s.start_delay));
  if (s.ready->delay) out += fmt::format(" ready.delay={}", format_duration(*s.ready->delay));
  if (s.reload->signal) out += fmt::format(" reload={}", signal_name(*s.reload->signal));
  if (!s.reload->command.argv.empty()) out += " reload=command";
  if (has_reload(s)) out += fmt::format(" reload.timeout={}", format_duration(s.reload->timeout));
  if (s.watchdog) out += fmt::format(" watchdog={}", format_duration(*s.watchdog));
  if (s.health.is_written())
    out += fmt::format(" health={{interval={} failures={} successes={} start-grace={} action={}}}",
                       format_duration(s.health->interval), s.health->failures, s.health->successes,
                       format_duration(s.health->start_grace), enum_name(s.health->action));
  if (service.external->on_lost == OnLost::stop) out += " on-lost=stop";
  if (s.exit_when == RunEndsWith::empty) out += " exit-when=empty";
  out += hooks_text("pre-start", s.pre_start) + hooks_text("post-start", s.post_start) +
         hooks_text("pre-stop", s.pre_stop) + hooks_text("post-stop", s.post_stop) + " stop=[";
  for (const StopStep& step : s.stop->steps)
    out += fmt::format(" {}:{}:{}", step.command.argv.empty() ? signal_name(step.signal) : "command",
                       enum_name(step.to), format_duration(step.wait));
  if (service.instances != 1) out += fmt::format(" ] instances={} [", service.instances);
  return out + fmt::format(" ] success=[{}]\n", fmt::join(s.success_codes, ","));
}

namespace {

// The tree and the population are played in universes of their own: where services come and go, none has a parent.
enum class Play : std::uint8_t { tree, population };

void take_part(Dice& dice, Play play, ServiceSpec& spec) {
  if (play == Play::population) {
    spec.parent.clear();
    spec.daemon = false;
    return;
  }
  if (spec.parent.empty() && has_process(spec) && dice.percent(8)) spec.daemon = true;
  if (has_process(spec) && dice.percent(8)) spec.last = true;
}

}  // namespace

Situation make_situation(Dice& dice) {
  Situation out;
  const Play play = dice.percent(50) ? Play::tree : Play::population;
  const std::uint32_t count = 2 + dice.below(11);
  const std::uint32_t hooks_chance = dice.pick(std::vector<std::uint32_t>{0, 20, 20, 70});
  for (std::uint32_t i = 0; i < count; ++i) {
    if (dice.percent(8)) {
      out.set.services.push_back(random_external(dice, name_of(i)));
      continue;
    }
    NamedService& service = out.set.services.emplace_back();
    service.name = name_of(i);
    service.spec = random_service(dice, hooks_chance);
    if (play == Play::population && dice.percent(25)) service.instances = 2 + dice.below(2);
  }
  connect(dice, out.set.services);
  for (NamedService& service : out.set.services) take_part(dice, play, service.spec);
  drop_children_of_daemons(out.set.services);
  drop_contradictions(out.set.services);
  out.set.daemon = random_daemon(dice, out.set.services);
  out.temper = random_temper(dice);
  return out;
}

void refurnish(Dice& dice, ServiceSpec& spec) {
  const OnGiveUp on_give_up = *spec.restart.on_give_up;
  const RestartWhen when = spec.restart.when;
  const bool is_awaited = may_complete(spec);
  spec.restart = random_restart(dice, spec.type);
  spec.restart.on_give_up.edit() = on_give_up;
  if (is_awaited && !may_complete(spec)) spec.restart.when = when;
  spec.stop.edit() = random_stop(dice);
  add_hooks(dice, 30, spec);
  spec.ready = {};
  spec.reload = {};
  spec.watchdog.reset();
  add_sayings(dice, spec);
  spec.exit_when = dice.percent(20) ? RunEndsWith::empty : RunEndsWith::main;
  spec.start_delay = dice.percent(15) ? dice.up_to(4s) : Duration{};
  spec.success_codes = dice.percent(20) ? std::vector{0, 3, 143} : std::vector{0};
  spec.on_exit = dice.percent(5) ? OnExit::shutdown : OnExit::none;
}

bool may_complete(const ServiceSpec& spec) {
  if (!has_process(spec) || spec.restart.when == RestartWhen::always) return false;
  const bool ends_by_design = spec.type == ServiceType::oneshot || spec.on_exit == OnExit::shutdown;
  return spec.restart.when != RestartWhen::automatic || ends_by_design;
}

NamedService make_newcomer(Dice& dice, const std::string& name, const std::vector<std::string>& others) {
  NamedService out;
  out.name = name;
  out.spec = random_service(dice, 20);
  if (dice.percent(70)) out.spec.on_exit = OnExit::none;
  out.transience = dice.pick(std::vector{Transience::none, Transience::until_success, Transience::until_success,
                                         Transience::until_end, Transience::until_stopped});
  bool is_free = true;  // It needs nothing yet.
  for (std::uint32_t count = dice.below(3); count > 0 && !others.empty(); --count) {
    const Dependency to{dice.pick(others), dice.percent(70) ? Until::ready : Until::started};
    const auto names = [&](const Dependency& d) { return d.service == to.service; };
    if (to.service == name || std::ranges::any_of(out.spec.after, names)) continue;
    // Two that it needs may conflict.
    const std::uint32_t kind = is_free ? dice.below(5) : 0;
    std::vector<Dependency>& list = kind == 0   ? out.spec.after
                                    : kind == 1 ? out.spec.wants
                                    : kind == 2 ? out.spec.binds_to
                                                : out.spec.requires_;
    is_free = is_free && kind == 0;
    list.push_back(to);
  }
  // What it conflicts with may be needed by what it needs.
  if (is_free && !others.empty() && dice.percent(20))
    if (const std::string& other = dice.pick(others); other != name) out.spec.conflicts.push_back(other);
  return out;
}

std::string describe(const SpecSet& set) {
  std::string out = fmt::format("  supervisord shutdown-timeout={} start-parallelism={} exit={} exit-code-from={}\n",
                                format_duration(set.daemon.shutdown_timeout), set.daemon.start_parallelism,
                                enum_name(set.daemon.exit), set.daemon.exit_code_from);
  for (const NamedService& service : set.services) out += describe(service);
  return out;
}

}  // namespace sup::sim
