// What waits: for others, for its start-delay, for a start slot.
#include <utility>

#include "engine/engine.hpp"

namespace sup {

void Engine::settle_waiting(InstanceId id) {
  const Instance& i = w_.at(id);
  if (lost_requirement(w_, i)) return dispatch(id, Input::requirement_lost);
  if (w_.spec(i).type == ServiceType::external) {  // Its probes alone move it.
    if (i.health->verdict == Health::healthy) dispatch(id, Input::became_ready);
    return;
  }
  if (!is_free_to_start(i) || is_shutting_down_) return drop_delay(id);
  if (has_to_delay(w_, i)) return dispatch(id, Input::may_start);
  if (!is_delaying(i)) stand_in_line(id);
}

void Engine::stand_in_line(InstanceId id) {
  if (!std::exchange(w_.derived(id).is_in_line, true)) line_.push_back(id);
}

// Something has come between: its start-delay begins anew when that is over.
void Engine::drop_delay(InstanceId id) {
  if (w_.at(id).deadline == kNever && !w_.at(id).has_delayed) return;
  Instance& i = w_.edit(id);
  const Instant before = std::exchange(i.deadline, kNever);
  i.has_delayed = false;
  sync_deadline(id, before);
}

}  // namespace sup
