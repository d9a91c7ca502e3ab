// Clients: people who give commands at random, and now and then do not wait for the answer.
#pragma once

#include <vector>

#include "engine/event.hpp"
#include "sim/universe/dice.hpp"

namespace sup::sim {

class Clients {
 public:
  Clients(std::size_t services, Dice& dice) : services_(static_cast<std::uint32_t>(services)), dice_(dice) {}

  // A command, or that somebody does not want to hear of one any more. `hot` is what has just changed: people like to
  // give commands about that.
  Event next(InstanceId hot);
  // A command to bring everything up, down, or down and up.
  Event for_all(CommandKind kind);

 private:
  std::vector<InstanceId> some_targets(InstanceId hot);
  std::vector<InstanceId> all_targets() const;

  std::uint32_t services_;
  Dice& dice_;
  std::uint64_t last_change_ = 0;
};

}  // namespace sup::sim
