// Clients: people who give commands at random, have more or fewer of a service, add and remove services, change
// their definitions, and now and then do not wait for the answer.
#pragma once

#include <string>
#include <vector>

#include "engine/event.hpp"
#include "sim/universe/cast.hpp"
#include "sim/universe/dice.hpp"

namespace sup::sim {

class Clients {
 public:
  Clients(const Cast& cast, Dice& dice) : cast_(cast), dice_(dice) {}

  // They know what has come of all that they did before.
  void begin_turn() { has_redefined_ = false; }
  // A command, or that somebody does not want to hear of one any more. `hot` is what has just changed: people like to
  // give commands about that.
  Event next(InstanceId hot);
  // Whoever held it back does not any more.
  Event let_end() {
    holds_end_ = false;
    return EndHeld{false};
  }
  // A command to bring everything up, down, or down and up.
  Event for_all(CommandKind kind);

 private:
  std::vector<InstanceId> some_targets(InstanceId hot);
  Event scale();
  Event add_service();
  Event remove_service();
  Event redefine_service();
  Event redefine_services();
  Event redefine_former(const std::string& name);
  Event change_settings();
  ServiceRef edition(NamedService service);
  CommandGiven command(InstanceId hot);
  [[nodiscard]] bool has_tree() const;

  const Cast& cast_;
  Dice& dice_;
  std::uint64_t last_change_ = 0;
  std::uint32_t last_newcomer_ = 0;
  std::uint32_t last_edition_ = 0;
  bool has_redefined_ = false;
  bool holds_end_ = false;
};

}  // namespace sup::sim
