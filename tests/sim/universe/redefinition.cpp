// What people change in the definition of a service while it runs: what `ctl set`, enable and disable let through.
#include "sim/universe/situation.hpp"

#include <algorithm>

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

}  // namespace

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
