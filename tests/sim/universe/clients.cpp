#include "sim/universe/clients.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/universe/situation.hpp"

namespace sup::sim {
namespace {

constexpr std::size_t kMaxServices = 16;
constexpr std::uint32_t kMaxInstances = 5;  // One more than anybody wants.

}  // namespace

std::vector<InstanceId> Clients::some_targets(InstanceId hot) {
  const std::vector<InstanceId> all = cast_.all();
  if (all.empty() || (dice_.percent(50) && cast_.is_there(hot))) return {hot};
  if (dice_.percent(15)) return all;
  std::vector<InstanceId> out;
  for (std::uint32_t count = 1 + dice_.below(3); count > 0; --count) out.push_back(dice_.pick(all));
  return out;
}

// Some of them are told to be as many as they are, or more than are there.
Event Clients::scale() {
  Scaled out{.scalings = {}, .change = ChangeId{++last_change_}};
  const std::vector<std::string> services = cast_.services();
  for (std::uint32_t count = dice_.percent(70) ? 1 : 2; count > 0 && !services.empty(); --count) {
    const std::string& name = dice_.pick(services);
    const bool is_once = std::ranges::count(out.scalings, name, &Scaling::service) == 0;
    if (is_once && !cast_.is_external(name)) out.scalings.push_back({name, dice_.below(kMaxInstances)});
  }
  return out;
}

Event Clients::add_service() {
  std::vector<std::string> services = cast_.services();
  std::erase_if(services, [this](const std::string& name) { return cast_.is_external(name); });
  const bool is_taken = !services.empty() && dice_.percent(10);
  const std::string name = is_taken ? dice_.pick(services) : fmt::format("t{}", ++last_newcomer_);
  const ChangeId start = dice_.percent(80) ? ChangeId{++last_change_} : ChangeId{};
  return ServiceAdded{std::make_shared<const NamedService>(make_newcomer(dice_, name, services)), 1 + dice_.below(3),
                      start};
}

// Of those that were added; and now and then one that is not there.
Event Clients::remove_service() {
  std::vector<std::string> names = cast_.services();
  std::erase_if(names, [](const std::string& name) { return !name.starts_with('t'); });
  if (names.empty()) names.emplace_back("nobody");
  return ServiceRemoved{dice_.pick(names), dice_.percent(80) ? ChangeId{++last_change_} : ChangeId{}};
}

// Of those that no newcomer replaces meanwhile.
Event Clients::redefine_service() {
  std::vector<std::string> names = cast_.services();
  std::erase_if(names, [this](const std::string& name) { return name.starts_with('t') || cast_.is_external(name); });
  if (names.empty()) return scale();
  has_redefined_ = true;
  const std::string& name = dice_.pick(names);
  if (dice_.percent(40)) return redefine_former(name);
  return DefinitionChanged{edition(redefined(dice_, *cast_.definition(name)))};
}

// What one of it lives by, for all who live by the same, if that is another than the newest.
Event Clients::redefine_former(const std::string& name) {
  for (const InstanceId id : cast_.all()) {
    const ServiceRef& former = cast_.definition(id);
    if (former->name == name && former != cast_.definition(name))
      return DefinitionChanged{.service = edition(redefined(dice_, *former)), .former = former};
  }
  return DefinitionChanged{edition(redefined(dice_, *cast_.definition(name)))};
}

Event Clients::change_settings() {
  if (dice_.percent(50)) return EndHeld{holds_end_ = !holds_end_};
  std::vector<NamedService> services;
  for (const std::string& name : cast_.services()) services.push_back(*cast_.definition(name));
  return SettingsChanged{.daemon = random_daemon(dice_, services), .groups = {}, .files = {}};
}

// Some are defined anew for their next starts. What is added later needs what it needs.
Event Clients::redefine_services() {
  std::vector<NamedService> services;
  for (const std::string& name : cast_.services())
    if (!name.starts_with('t')) services.push_back(*cast_.definition(name));
  if (services.empty()) return scale();
  has_redefined_ = true;
  ServicesRedefined out;
  for (NamedService& service : defined_anew(dice_, std::move(services)))
    out.services.push_back(edition(std::move(service)));
  return out;
}

// By their lines definitions are told apart.
ServiceRef Clients::edition(NamedService service) {
  service.line = ++last_edition_;
  return std::make_shared<const NamedService>(std::move(service));
}

CommandGiven Clients::command(InstanceId hot) {
  static const std::vector<CommandKind> kKinds = {
      CommandKind::start,  CommandKind::start,   CommandKind::start,   CommandKind::stop,   CommandKind::stop,
      CommandKind::stop,   CommandKind::restart, CommandKind::restart, CommandKind::kill,   CommandKind::signal,
      CommandKind::wait,   CommandKind::wait,    CommandKind::pause,   CommandKind::pause,  CommandKind::pause,
      CommandKind::resume, CommandKind::reload,  CommandKind::reload,  CommandKind::reload, CommandKind::roll,
      CommandKind::roll};
  CommandGiven out{
      .change = ChangeId{++last_change_}, .kind = dice_.pick(kKinds), .targets = some_targets(hot), .signal = {}};
  out.signal = Signal{dice_.pick(std::vector{1, 9, 10, 15})};
  out.to = dice_.pick(std::vector{SignalTarget::main, SignalTarget::group, SignalTarget::all});
  out.wait_for =
      dice_.pick(std::vector{WaitFor::ready, WaitFor::healthy, WaitFor::exited, WaitFor::stopped, WaitFor::completed});
  out.wait_mode = dice_.percent(30) ? WaitMode::any : WaitMode::all;
  out.at_a_time = 1 + dice_.below(3);
  return out;
}

bool Clients::has_tree() const {
  return std::ranges::any_of(cast_.all(), [this](InstanceId id) {
    const ServiceSpec& spec = cast_.spec(id);
    return !spec.parent.empty() || spec.last;
  });
}

Event Clients::next(InstanceId hot) {
  if (last_change_ > 0 && dice_.percent(5))
    return ChangeForgotten{ChangeId{1 + dice_.below(static_cast<std::uint32_t>(last_change_))}};
  if (!has_redefined_ && dice_.percent(10)) return redefine_service();
  if (!has_redefined_ && dice_.percent(7)) return redefine_services();
  if (dice_.percent(3) && !cast_.services().empty()) return change_settings();
  if (has_tree()) {
    CommandGiven out = command(hot);
    if (out.kind == CommandKind::roll) out.kind = CommandKind::restart;
    return out;
  }
  if (dice_.percent(8)) return scale();
  if (dice_.percent(4) && cast_.services().size() < kMaxServices) return add_service();
  if (dice_.percent(4)) return remove_service();
  return command(hot);
}

Event Clients::for_all(CommandKind kind) {
  return CommandGiven{.change = ChangeId{++last_change_}, .kind = kind, .targets = cast_.all(), .signal = {}};
}

}  // namespace sup::sim
