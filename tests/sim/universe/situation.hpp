// Situation: what a seed decides before its universe begins.
#pragma once

#include <string>
#include <vector>

#include "engine/event.hpp"
#include "sim/universe/dice.hpp"
#include "spec/spec_set.hpp"

namespace sup::sim {

// How bad the world is while the faults last. Chances are in percent.
struct Temper {
  std::uint32_t spawn_fails = 0;
  std::uint32_t spawn_is_slow = 0;
  std::uint32_t dies = 0;          // A simple service ends by itself.
  std::uint32_t dies_at_once = 0;  // Of those: in the moment of its start.
  std::uint32_t deaf = 0;          // A process ignores stop signals.
  std::uint32_t stuck = 0;         // A process does not follow KILL at once.
  std::uint32_t outlived = 0;      // There are processes besides the main one.
  std::uint32_t hook_fails = 0;    // A hook or stop command ends without success.
  std::uint32_t hook_hangs = 0;    // It does not end by itself.
  std::uint32_t main_hidden = 0;   // What a forking service has left is not found.
  std::uint32_t dies_frozen = 0;   // Somebody kills what is paused.
  std::uint32_t silent = 0;        // It never says that it is ready, or that it has reloaded.
  std::uint32_t sick = 0;          // A probe of its health fails.
  std::uint32_t chatter = 0;       // It says things that nobody waits for.
  std::uint32_t jump = 0;          // The clock jumps before a turn.
  std::uint32_t late = 0;          // A turn comes late, so that several things happen in it.
  std::uint32_t stale = 0;         // Something is heard again of a run that is long over.
  Duration command_every{};        // On average.
  Duration faults_last{};
  bool is_batching = false;  // Effects are carried out at the end of a turn, not after each event.
};

// Something has to say or to show that it is ready.
[[nodiscard]] inline bool has_to_show(const ServiceSpec& spec) {
  return ready_kind(spec) != ReadyKind::executed && ready_kind(spec) != ReadyKind::delay;
}

// How it does so.
[[nodiscard]] inline ReadyBy shows_by(const ServiceSpec& spec) {
  return ready_kind(spec) == ReadyKind::notify ? ReadyBy::said : ReadyBy::seen;
}

struct Situation {
  SpecSet set;
  Temper temper;
};

[[nodiscard]] Situation make_situation(Dice& dice);
// A service that is added later: most are transient. It may need some of these.
[[nodiscard]] NamedService make_newcomer(Dice& dice, const std::string& name, const std::vector<std::string>& others);

// The same service as somebody has it from now on, while it runs.
[[nodiscard]] NamedService redefined(Dice& dice, NamedService service);
// Some of them as they are defined for their next starts: they may relate to others in other ways, which contradict
// nothing.
[[nodiscard]] std::vector<NamedService> defined_anew(Dice& dice, std::vector<NamedService> services);
// What is said of supervisord itself.
[[nodiscard]] DaemonSpec random_daemon(Dice& dice, const std::vector<NamedService>& services);
// Gives it another policy, other hooks and times. What it is and whom it relates to stays.
void refurnish(Dice& dice, ServiceSpec& spec);
// Whether one who waits for its completion may see that: what is started again after every end never completes.
[[nodiscard]] bool may_complete(const ServiceSpec& spec);

// The configuration as lines for people.
[[nodiscard]] std::string describe(const SpecSet& set);
// One service, as a line.
[[nodiscard]] std::string describe(const NamedService& service);

}  // namespace sup::sim
