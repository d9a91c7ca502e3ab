#include "daemon/machine_end.hpp"

#include "guard/holder.hpp"
#include "machine/end.hpp"
#include "machine/shell.hpp"

namespace sup {

// Who ends for any other reason (exit = "when-done", on-exit) means a machine that has done its work.
void end_machine(const WorkEnd& end) {
  PowerAction power = end.power;
  if (end.is_done && power == PowerAction::none) power = PowerAction::poweroff;
  if (!end.is_done) {
    if (end.has_world) return;
    power = guard::power_asked_before();
    if (power == PowerAction::none) power = machine::offer_shell("the machine cannot be brought up, see above");
  }
  if (power == PowerAction::none) return;
  machine::end(power, end.is_out_of_patience ? machine::EndPace::at_once : machine::EndPace::gentle);
}

}  // namespace sup
