#include "sim/universe/clients.hpp"

namespace sup::sim {

std::vector<InstanceId> Clients::all_targets() const {
  std::vector<InstanceId> out;
  for (std::uint32_t index = 0; index < services_; ++index) out.push_back(InstanceId{index});
  return out;
}

std::vector<InstanceId> Clients::some_targets(InstanceId hot) {
  if (dice_.percent(50)) return {hot};
  if (dice_.percent(15)) return all_targets();
  std::vector<InstanceId> out;
  for (std::uint32_t count = 1 + dice_.below(3); count > 0; --count) out.push_back(InstanceId{dice_.below(services_)});
  return out;
}

Event Clients::next(InstanceId hot) {
  if (last_change_ > 0 && dice_.percent(5))
    return ChangeForgotten{ChangeId{1 + dice_.below(static_cast<std::uint32_t>(last_change_))}};
  static const std::vector<CommandKind> kKinds = {
      CommandKind::start,  CommandKind::start,   CommandKind::start,   CommandKind::stop,  CommandKind::stop,
      CommandKind::stop,   CommandKind::restart, CommandKind::restart, CommandKind::kill,  CommandKind::signal,
      CommandKind::wait,   CommandKind::wait,    CommandKind::pause,   CommandKind::pause, CommandKind::pause,
      CommandKind::resume, CommandKind::reload,  CommandKind::reload,  CommandKind::reload};
  CommandGiven out{
      .change = ChangeId{++last_change_}, .kind = dice_.pick(kKinds), .targets = some_targets(hot), .signal = {}};
  out.signal = Signal{dice_.pick(std::vector{1, 9, 10, 15})};
  out.to = dice_.pick(std::vector{SignalTarget::main, SignalTarget::group, SignalTarget::all});
  out.wait_for =
      dice_.pick(std::vector{WaitFor::ready, WaitFor::healthy, WaitFor::exited, WaitFor::stopped, WaitFor::completed});
  out.wait_mode = dice_.percent(30) ? WaitMode::any : WaitMode::all;
  return out;
}

Event Clients::for_all(CommandKind kind) {
  return CommandGiven{.change = ChangeId{++last_change_}, .kind = kind, .targets = all_targets(), .signal = {}};
}

}  // namespace sup::sim
