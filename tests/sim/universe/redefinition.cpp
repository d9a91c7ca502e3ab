// What people change in definitions: of a service while it runs, what `ctl set`, enable and disable let through; of
// several for their next starts, anything that their files may say.
#include <algorithm>
#include <set>
#include <string>

#include "sim/universe/situation.hpp"
#include "spec/check_relations.hpp"
#include "spec/relations.hpp"

namespace sup::sim {
namespace {

using namespace std::chrono_literals;

// A oneshot that is always started again keeps its bound, else the universe would never come to rest. And who waits for
// the completion of another goes on having that to wait for.
void change_restart(Dice& dice, ServiceSpec& spec) {
  RestartSpec& restart = spec.restart;
  const RestartWhen before = restart.when;
  const bool is_awaited = may_complete(spec);
  if (spec.type == ServiceType::oneshot && before == RestartWhen::always) return;
  std::vector<RestartWhen> whens = {RestartWhen::automatic, RestartWhen::on_failure, RestartWhen::never};
  if (spec.type != ServiceType::oneshot) whens.push_back(RestartWhen::always);
  restart.when = dice.pick(whens);
  if (is_awaited && !may_complete(spec)) restart.when = before;
  restart.delay = dice.percent(25) ? 0ms : dice.up_to(5s);
  restart.factor = 1.0 + dice.below(7) * 0.5;
  restart.max_delay = restart.delay + dice.up_to(15s);
  restart.max.count = dice.percent(50) ? std::optional<std::uint32_t>{dice.below(5)} : std::nullopt;
  restart.within = 1s + dice.up_to(90s);
  restart.reset_after = dice.up_to(30s);
}

// Their kinds and their number stay.
void change_stop(Dice& dice, ServiceSpec& spec) {
  for (StopStep& step : spec.stop.edit().steps) {
    step.wait = dice.percent(10) ? 0ms : dice.up_to(5s);
    step.signal = Signal{dice.pick(std::vector{15, 2, 3, 1})};
  }
}

void change_reload(Dice& dice, ServiceSpec& spec) {
  ReloadSpec& reload = spec.reload.edit();
  reload = {};
  reload.timeout = 500ms + dice.up_to(20s);
  reload.notify = dice.percent(70);
  if (dice.percent(50))
    reload.signal = Signal{1};
  else if (dice.percent(50))
    reload.command.argv = {"reloader"};
}

// What the configuration would be refused for. That two who conflict are both enabled is for the boot.
std::set<std::string> contradictions(const std::vector<NamedService>& services) {
  std::set<std::string> out;
  const SpecSet set{.daemon = {}, .services = services, .groups = {}, .files = {}};
  RelationChecker checker(set, [&](const SpecProblem& problem) {
    if (!problem.message.ends_with("are both enabled")) out.insert(problem.message);
  });
  for (std::size_t i = 0; i < services.size(); ++i) checker.check_names(i);
  checker.check_all();
  return out;
}

Until some_until(Dice& dice, const ServiceSpec& other) {
  if (dice.percent(70)) return Until::ready;
  if (other.health.is_written() && dice.percent(60)) return Until::healthy;
  return dice.percent(50) || !may_complete(other) ? Until::started : Until::completed;
}

template <class List>
void drop_some(Dice& dice, List& list) {
  std::erase_if(list, [&](const auto&) { return dice.percent(50); });
}

void drop_relations(Dice& dice, ServiceSpec& spec) {
  for (auto* list : {&spec.requires_, &spec.binds_to, &spec.wants, &spec.after}) drop_some(dice, *list);
  for (auto* list : {&spec.restart_with.edit(), &spec.before, &spec.conflicts}) drop_some(dice, *list);
}

bool relates_to(const ServiceSpec& spec, std::string_view name) {
  bool out = false;
  for_each_relation(spec, [&](const Relation& relation) { out = out || relation.service == name; });
  return out;
}

// Whether a start of it starts the other, too.
bool pulls(const std::vector<NamedService>& services, const std::string& name, const std::string& other) {
  std::vector<std::string> work{name};
  const auto add = [&](const std::string& one) {
    if (std::ranges::count(work, one) == 0) work.push_back(one);
  };
  for (std::size_t next = 0; next < work.size(); ++next) {
    const std::string self = work[next];
    for_each_relation(std::ranges::find(services, self, &NamedService::name)->spec, [&](const Relation& relation) {
      if (is_need(relation.kind) || relation.kind == RelationKind::wants) add(relation.service);
    });
    for (const NamedService& child : services)
      if (child.spec.parent == self) add(child.name);
  }
  return std::ranges::count(work, other) > 0;
}

// Else it would be given up and started again for ever, and the universe would never come to rest.
bool gives_up_in_circles(const std::vector<NamedService>& services) {
  return std::ranges::any_of(services, [&](const NamedService& service) {
    const OnGiveUp& action = *service.spec.restart.on_give_up;
    return action.action == GiveUpAction::start && pulls(services, action.start, service.name);
  });
}

void add_relation(Dice& dice, ServiceSpec& spec, const NamedService& other) {
  const Dependency to{other.name, some_until(dice, other.spec)};
  switch (dice.below(8)) {
    case 0: spec.wants.push_back(to); break;
    case 1: spec.after.push_back(to); break;
    case 2: spec.before.push_back(other.name); break;
    case 3: spec.binds_to.push_back(to); break;
    case 4: spec.conflicts.push_back(other.name); break;
    case 5:
      if (has_process(spec)) spec.restart_with.edit().push_back(other.name);  // The others have no run.
      break;
    default: spec.requires_.push_back(to); break;
  }
}

// The other is to require it, and not the other way round. Returns whether there was such a one.
bool turn_round(Dice& dice, std::vector<NamedService>& services, NamedService& self, std::set<std::string>& changed) {
  if (self.spec.requires_.empty()) return false;
  const std::string name = dice.pick(self.spec.requires_).service;
  NamedService& other = *std::ranges::find(services, name, &NamedService::name);
  if (other.spec.type == ServiceType::external) return false;
  std::erase_if(self.spec.requires_, [&](const Dependency& on) { return on.service == name; });
  other.spec.requires_.push_back({self.name, Until::ready});
  changed.insert(name);
  return true;
}

void change_external(Dice& dice, NamedService& service) {
  ExternalSpec& external = service.external.edit();
  external.on_lost = dice.percent(50) ? OnLost::stop : OnLost::none;
  external.interval = 500ms + dice.up_to(10s);
  external.failures = 1 + dice.below(3);
  const bool is_enabled = service.spec.enabled;
  service.spec = as_service(external);
  service.spec.enabled = is_enabled;
}

void change_relations(Dice& dice, std::vector<NamedService>& services, NamedService& self,
                      std::set<std::string>& changed) {
  if (dice.percent(40) && turn_round(dice, services, self, changed)) return;
  if (dice.percent(50)) drop_relations(dice, self.spec);
  for (std::uint32_t count = dice.below(3); count > 0; --count)
    if (const NamedService& other = dice.pick(services);
        other.name != self.name && !relates_to(self.spec, other.name) && !relates_to(other.spec, self.name))
      add_relation(dice, self.spec, other);
}

}  // namespace

std::vector<NamedService> defined_anew(Dice& dice, std::vector<NamedService> services) {
  std::set<std::string> changed;
  for (std::uint32_t count = 1 + dice.below(3); count > 0; --count) {
    const std::vector<NamedService> before = services;
    std::set<std::string> now{services[dice.below(static_cast<std::uint32_t>(services.size()))].name};
    NamedService& self = *std::ranges::find(services, *now.begin(), &NamedService::name);
    if (self.spec.type == ServiceType::external)
      change_external(dice, self);
    else if (has_process(self.spec) && dice.percent(60))
      refurnish(dice, self.spec);
    if (self.spec.type != ServiceType::external && dice.percent(60)) change_relations(dice, services, self, now);
    const std::set<std::string> known = contradictions(before);
    const bool is_wrong =
        std::ranges::any_of(contradictions(services), [&](const std::string& one) { return !known.contains(one); });
    if (is_wrong || gives_up_in_circles(services))
      services = before;
    else
      changed.merge(now);
  }
  if (changed.empty()) changed.insert(services.front().name);
  std::erase_if(services, [&](const NamedService& service) { return !changed.contains(service.name); });
  return services;
}

NamedService redefined(Dice& dice, NamedService service) {
  ServiceSpec& spec = service.spec;
  if (dice.percent(30)) spec.enabled = !spec.enabled;
  if (!has_process(spec)) return service;
  if (dice.percent(40)) change_restart(dice, spec);
  if (dice.percent(40)) change_stop(dice, spec);
  if (dice.percent(30) && spec.type != ServiceType::oneshot) change_reload(dice, spec);
  if (dice.percent(30)) spec.success_codes = dice.pick(std::vector<std::vector<int>>{{0}, {0, 3, 143}, {3}});
  if (dice.percent(20)) spec.exit_when = dice.percent(50) ? RunEndsWith::empty : RunEndsWith::main;
  if (dice.percent(20)) spec.start_delay = dice.percent(50) ? 0ms : dice.up_to(4s);
  if (dice.percent(3)) spec.on_exit = OnExit::shutdown;
  if (!spec.parent.empty() && dice.percent(20)) spec.last = !spec.last;
  return service;
}

}  // namespace sup::sim
