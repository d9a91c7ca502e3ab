// What comes when supervisord has nothing to supervise any more and is the init of a machine.
#pragma once

#include "base/power.hpp"

namespace sup {

// How the work of a manager has ended.
struct WorkEnd {
  bool has_world = false;  // It was to go on with what an earlier manager had begun.
  bool is_done = false;    // Everything has ended, as it was to. Else it could not begin.
  bool is_out_of_patience = false;
  PowerAction power = PowerAction::none;
};

// Ends the machine. Returns if the next manager is to begin: after the rescue shell, or where services run.
void end_machine(const WorkEnd& end);

}  // namespace sup
