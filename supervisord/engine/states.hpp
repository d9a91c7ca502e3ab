// The words of the engine: states, inputs, goals. Their meaning is told in transitions.hpp.
#pragma once

#include <cstdint>

#include "base/enum_names.hpp"

namespace sup {

// Where an instance is.
enum class State : std::uint8_t {
  stopped,
  waiting,
  starting,
  running,
  reloading,
  paused,
  stopping,
  killing,
  joining,
  backoff,
  completed,
  failed,
};
template <>
inline constexpr auto kEnumNames<State> = std::array{
    EnumName{State::stopped, "stopped", "Nothing of it is alive, and nobody wants it up."},
    EnumName{State::waiting, "waiting", "Wanted up; waits for what it requires, or for a start slot."},
    EnumName{State::starting, "starting",
             "Its process is being started or becomes ready, its hooks before and after that run, or (oneshot) it is "
             "doing its work."},
    EnumName{State::running, "running", "Its process runs and is ready."},
    EnumName{State::reloading, "reloading", "Its process runs, is ready, and reads its configuration again."},
    EnumName{State::paused, "paused", "Its processes are frozen."},
    EnumName{State::stopping, "stopping", "Something of it is alive and was told to end, or its stop hooks run."},
    EnumName{State::killing, "killing", "Something of it is alive and was sent KILL."},
    EnumName{State::joining, "joining", "It has done its work, and waits for its children to do theirs."},
    EnumName{State::backoff, "backoff", "It ended or could not be started; waits to be started again."},
    EnumName{State::completed, "completed", "It has done its work: the last run ended with success."},
    EnumName{State::failed, "failed", "It ended without success, or cannot be started, and will not be tried again."},
};
inline constexpr std::size_t kStateCount = kEnumNames<State>.size();

// What can happen to an instance, as the table sees it.
enum class Input : std::uint8_t {
  want_up,
  want_down,
  want_restart,
  want_replace,
  want_pause,
  want_resume,
  want_reload,
  follow_down,
  give_way,
  may_start,
  may_stop,
  requirement_lost,
  requirement_back,
  outdated,
  joined,
  spawned,
  spawn_failed,
  main_found,
  start_failed,
  task_ended,
  became_ready,
  began_reload,
  began_stop,
  watchdog_missed,
  unhealthy,
  main_exited,
  ended,
  deadline,
  kill_now,
  out_of_time,
};
template <>
inline constexpr auto kEnumNames<Input> = std::array{
    EnumName{Input::want_up, "want up", "A command, the boot or a dependent wants it up."},
    EnumName{Input::want_down, "want down", "A command or the shutdown wants it down."},
    EnumName{Input::want_restart, "want restart", "A command wants it down once and up again."},
    EnumName{Input::want_replace, "want replace",
             "A rolling restart wants another run of it; what requires it stays, for others of its kind serve."},
    EnumName{Input::want_pause, "want pause", "A command wants its processes frozen."},
    EnumName{Input::want_resume, "want resume", "A command wants its processes to go on."},
    EnumName{Input::want_reload, "want reload", "A command wants it to read its configuration again."},
    EnumName{Input::follow_down, "follow down", "What it requires is asked down, so it has to go down, too."},
    EnumName{Input::give_way, "give way", "A service that it conflicts with is wanted up."},
    EnumName{Input::may_start, "may start", "All that it requires is ready, and a start slot is free."},
    EnumName{Input::may_stop, "may stop", "It is to stop, and nothing that depends on it is alive any more."},
    EnumName{Input::requirement_lost, "requirement lost", "Something it requires will not become ready by itself."},
    EnumName{Input::requirement_back, "requirement back", "What it failed for is ready again."},
    EnumName{Input::outdated, "outdated", "What it is restarted with is ready by a newer run than its own."},
    EnumName{Input::joined, "joined", "The last of its children rests."},
    EnumName{Input::spawned, "spawned", "Its program was executed."},
    EnumName{Input::spawn_failed, "spawn failed", "Its program could not be executed; the failing step is known."},
    EnumName{Input::main_found, "main found", "The daemon that a forking service left is known."},
    EnumName{Input::start_failed, "start failed", "It runs but will not become ready; the failing step is known."},
    EnumName{Input::task_ended, "task ended", "A hook has ended, with all processes that it had made."},
    EnumName{Input::became_ready, "became ready", "It said so, or was found to be."},
    EnumName{Input::began_reload, "began reload", "It says that it reads its configuration again."},
    EnumName{Input::began_stop, "began stop", "It says that it is about to end."},
    EnumName{Input::watchdog_missed, "watchdog missed", "It says that it is not fit to go on."},
    EnumName{Input::unhealthy, "unhealthy", "Its probes have failed too often, and its settings say what follows."},
    EnumName{Input::main_exited, "main exited", "Its main process is gone, others of the run are alive."},
    EnumName{Input::ended, "ended", "Nothing of the run is alive."},
    EnumName{Input::deadline, "deadline", "The moment that the state waited for has come."},
    EnumName{Input::kill_now, "kill now", "A command or a second signal: no more patience."},
    EnumName{Input::out_of_time, "out of time", "The time for the shutdown is over."},
};
inline constexpr std::size_t kInputCount = kEnumNames<Input>.size();

// What is done within a state that takes several steps: hooks, the launch, the stop.
enum class Phase : std::uint8_t {
  none,
  pre_start,
  launch,
  find_main,
  await_ready,  // What says that it is ready (or has reloaded) has not come.
  post_start,
  reload,  // Its reload command runs.
  pre_stop,
  abort,  // It missed its watchdog, and has the signal for that.
  steps,
  post_stop,
};

// What is run beside the main process. Each is a list of commands in the settings.
enum class TaskKind : std::uint8_t { pre_start, post_start, reload, pre_stop, stop_step, post_stop };
template <>
inline constexpr auto kEnumNames<TaskKind> =
    std::array{EnumName{TaskKind::pre_start, "pre-start"}, EnumName{TaskKind::post_start, "post-start"},
               EnumName{TaskKind::reload, "reload"},       EnumName{TaskKind::pre_stop, "pre-stop"},
               EnumName{TaskKind::stop_step, "stop"},      EnumName{TaskKind::post_stop, "post-stop"}};

// What is wanted.
enum class Goal : std::uint8_t { down, up };
template <>
inline constexpr auto kEnumNames<Goal> = std::array{EnumName{Goal::down, "down"}, EnumName{Goal::up, "up"}};

// The coarse view of a state, for people.
enum class Status : std::uint8_t { down, changing, up, failed };
template <>
inline constexpr auto kEnumNames<Status> =
    std::array{EnumName{Status::down, "down"}, EnumName{Status::changing, "changing"}, EnumName{Status::up, "up"},
               EnumName{Status::failed, "failed"}};

[[nodiscard]] constexpr Status status_of(State state) {
  switch (state) {
    case State::stopped: return Status::down;
    case State::running:
    case State::reloading:
    case State::joining:
    case State::completed: return Status::up;
    case State::failed: return Status::failed;
    case State::waiting:
    case State::starting:
    case State::paused:
    case State::stopping:
    case State::killing:
    case State::backoff: return Status::changing;
  }
  check_failed("every state has a status");
}

// Whether a process of the instance may exist in this state.
[[nodiscard]] constexpr bool is_live(State state) {
  return state == State::starting || state == State::running || state == State::reloading || state == State::paused ||
         state == State::stopping || state == State::killing;
}

// Whether it does its work: what requires it may use it.
[[nodiscard]] constexpr bool is_serving(State state) { return state == State::running || state == State::reloading; }

// Whether it is there and nobody has begun to end it.
[[nodiscard]] constexpr bool is_rising_or_up(State state) {
  return state == State::starting || is_serving(state) || state == State::paused || state == State::joining;
}

// Whether something of it is alive, or its children go on for it: who comes before it in the order of stopping waits.
[[nodiscard]] constexpr bool is_there(State state) { return is_live(state) || state == State::joining; }

// Whether nothing more happens in this state unless something from outside does.
[[nodiscard]] constexpr bool is_resting(State state) {
  return state == State::stopped || state == State::completed || state == State::failed;
}

}  // namespace sup
