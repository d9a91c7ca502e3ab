// The state machine of an instance, as one table.
//
// The model
// ---------
// A *service* is what the user configured; an *instance* is one copy of it; a *run* is one incarnation of its process,
// from the spawn to the death of its last process. The engine knows an instance by two things: its *goal*, which says
// what is wanted (up or down), and its *state*, which says where it is. Commands change goals; the world and the
// neighbours change states.
//
//   stopped    nothing is alive, nothing is wanted
//   waiting    wanted, but something it requires is not ready yet, or all start slots are taken
//   starting   its pre-start hooks run, a process is being made of it, it becomes ready, its post-start hooks run; a
//              oneshot stays here until it has done its work, a forking service until its main process is found
//   running    its process runs and dependents may use it
//   reloading  as running, and it reads its configuration again: it said so, or was asked to and has not said that it
//              is done
//   paused     its processes are frozen; dependents stay, but nothing new starts on it
//   stopping   it was told to end, or its main process is gone and the rest was told to end; its pre-stop and post-stop
//              hooks run here
//   killing    patience is over: KILL was sent to everything of the run, and is repeated
//   joining    its run ended with success, and is not followed by another; its children go on, and it counts as
//              completed when the last of them rests
//   backoff    its run ended (or could not begin) and the restart policy lets it wait a moment before the next
//   completed  it ended with success and is not to be started again by itself
//   failed     it ended without success, or cannot run, and is not to be started again by itself
//
// "Restart" is not a state: it is `stopping` with the goal up.
//
// Why a table
// -----------
// Every pair of state and input is decided here, by name: as rows, or as *indifferent* (it may happen and changes
// nothing), or as *impossible* (it cannot happen; the engine stops the program if it does, and the simulator looks for
// it). The compiler checks that no pair is forgotten, that the rows of a pair stand together, and that the last of them
// has no condition. Guards ask and change nothing. Actions do, but never choose the next state. So the table alone says
// what can happen, and the diagram in the documentation, the log lines and `ctl explain` are made from it.
//
// How inputs come about
// ---------------------
// From commands: want_up, want_down, want_restart, follow_down (for what requires the one that was asked down),
// want_pause, want_resume, want_reload, kill_now, out_of_time. The action of the row writes the goal.
// From the world: spawned, spawn_failed, main_found, start_failed, task_ended, main_exited, ended; and from the run
// itself: became_ready, began_reload, began_stop, watchdog_missed, which come here only where they mean something
// (notices.cpp), since a program may say anything at any time. Each carries
// the id of a run, and one that is about an older run was dropped before it comes here: no stale exit exists. From the
// clock: deadline. A deadline belongs to a state and dies when the state is left: no stale timer exists. From the
// neighbours: may_start, may_stop, requirement_lost, requirement_back, outdated, joined. They are not sent by anybody.
// After each change the engine looks at the instances whose surroundings have changed (settle(), through a queue, never
// by recursion) and asks the questions of world.hpp. So an order to stop travels down the graph and the stopping itself
// comes back up: goals first, then may_stop for those which nothing alive depends on. What the neighbours have to know
// of an instance are its *facts* (is it ready, gone, leaving, ...). publish() keeps them up to date after every
// transition, and with them the counts by which the questions are answered without a search. Start slots
// (start-parallelism) are given out from a line, so that nobody is passed over for ever.
//
// Phases
// ------
// Starting and stopping take several steps: hooks, the launch, the stop steps. Where in them an instance is, is its
// *phase*. It is no state, since nobody outside has to know it: every input means the same in all phases but for what
// comes next, and that is what guards ask. A hook that fails before the start is a start that failed (nothing of the
// run is alive then); after it, it is start_failed. Between the hooks before the start and the start itself a run that
// has to go down simply ends. The end of a run is told twice where there are post-stop hooks: when nothing of it is
// alive, and again when they are done. In a shutdown the hooks before the stop may be out of their share of the time:
// then the one that runs is killed, and the stop steps begin without the others.
//
// Readiness
// ---------
// Between the launch and the post-start hooks a run may have to become ready: it says so, or is seen to be, or a time
// has to pass. What says it may come before we know that the program runs; it is kept (is_confirmed). A run that is not
// ready within its time has failed to start. While one is up, a watchdog may want signs of life of it: the state's
// deadline is the next of them, and moves with each. A run that misses it is *unfit*: it is ended as if it had failed
// by itself, so that its dependents stay and the restart policy decides.
//
// The tree
// --------
// A child requires its parent, and three things beside that. A start of the parent brings it up. While the parent is
// joining a child has what it requires, since it may have to begin another run to do its work. And what is a daemon is
// bound to the run of its parent, and told to go when that completes. What is joining has no process, but it is
// *there*: it leaves after its children, in the order of stopping, like any other.
//
// What a failure of the world is
// ------------------------------
// An input like any other. A fork that fails, a missing directory, a log that cannot be opened: all are spawn_failed,
// and meet the restart policy just as a crash does.
#pragma once

#include <span>
#include <string_view>

#include "engine/states.hpp"

namespace sup {

struct World;
struct Instance;

// A question about an instance. The one without a name is always true.
struct Guard {
  std::string_view name;
  bool (*ask)(const World&, const Instance&);
};

// What is done on a transition, before the new state is entered. Never picks the state.
struct Action {
  std::string_view name;
  void (*act)(World&, Instance&);
};

// One transition: in state `from`, on `input`, if `guard` holds, do `action` and be in `to`. `why` is the text of the
// log line, of `ctl explain` and of the diagram's edge.
struct Row {
  State from;
  Input input;
  const Guard* guard;
  const Action* action;
  State to;
  std::string_view why;
};

// All rows, those of one (state, input) pair together, first match wins.
[[nodiscard]] std::span<const Row> transitions();

// The row that answers `input` in the state of `i`, or nothing when the state is indifferent to it. An impossible pair
// is a bug of ours and ends the program.
[[nodiscard]] const Row* find_row(const World& w, const Instance& i, Input input);

}  // namespace sup
