// Changes: commands in progress. Each ends exactly once.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/effect.hpp"
#include "engine/event.hpp"
#include "engine/world.hpp"

namespace sup {

// A client can keep at most so many changes waiting in the engine at a time; the daemon refuses more.
inline constexpr std::size_t kMaxOpenChanges = 1'024;

// What a change takes along, although nobody named it.
struct Companion {
  InstanceId instance;
  InstanceId along_with;
  Along along = Along::requires_it;
  bool stays_down = false;  // Also if the command brings up what it names.
};

// One target of a change, or what it takes along; undecided until `is_decided`.
struct ChangeTarget {
  InstanceId instance;
  InstanceId along_with = kNoInstance;  // None: a target.
  Along along = Along::requires_it;
  bool stays_down = false;
  std::string along_with_name;
  RunId run_before;                     // The run when the command was given.
  State state_before = State::stopped;  // The state when the command was given, before it was carried out.
  std::optional<Instant> moved_at;      // When its state changed for the first time.
  Goal goal_before = Goal::down;        // Likewise.
  bool was_leaving = false;             // It was to go for good.
  bool awaits_turn = false;             // In a rolling restart: nothing has been done about it.
  bool is_decided = false;
  TargetResult result;
};

struct Change {
  ChangeId id;
  CommandKind kind = CommandKind::start;
  WaitFor wait_for = WaitFor::ready;
  WaitMode wait_mode = WaitMode::all;
  std::vector<ChangeTarget> targets;  // Sorted by instance, each once.
  std::size_t undecided = 0;
  std::uint32_t at_a_time = 1;    // For CommandKind::roll.
  bool hopes_for_others = false;  // A target has failed for want of another: it is not enough to look at the target.
};

// The turn of an instance in a rolling restart.
struct Turn {
  ChangeId change;
  InstanceId instance;
};

// The open changes. Kept by the engine, asked after each step about the instances that have changed.
class Changes {
 public:
  // Takes the command as an open change; its targets are sorted and without repetition. Call before the command is
  // carried out: it remembers the runs of this moment.
  void open(const World& w, const CommandGiven& command);
  // The change also takes these along, as they are now that it was carried out; none of them is a target.
  void join(const World& w, ChangeId id, const std::vector<Companion>& companions);
  // The command of the change that was opened last has been carried out. Before that it is not judged: what it brings
  // down for one of its targets it may bring up again for another.
  void carried_out() { under_way_.reset(); }
  // Looks at every target of every open change that is among `touched`, and puts ChangeDone for the changes that have
  // ended into the effects of `w`. The targets of a new change are among `touched` at the first look.
  void evaluate(World& w, const std::vector<InstanceId>& touched);
  // The instance leaves: whoever waits for something of it waits in vain.
  void drop(World& w, InstanceId id);
  // Decides all undecided targets of the change as failed with this cause, and ends it.
  void refuse(World& w, ChangeId id, std::string_view cause);
  // Ends all open changes: what is undecided has failed with this cause.
  void close(World& w, std::string_view cause);
  // Nobody waits for it any more. But a rolling restart goes on, and ends as any.
  void forget(ChangeId id);
  // Whose turn has come in which rolling restart: they are to be replaced now, and then it has begun.
  [[nodiscard]] std::vector<Turn> next_turns(const World& w) const;
  void begin(const std::vector<Turn>& turns);
  [[nodiscard]] std::size_t count() const { return open_.size(); }

 private:
  std::vector<Change> open_;
  std::optional<ChangeId> under_way_;
};

}  // namespace sup
