// What the transitions of the table do. No action chooses a state; a deadline set here belongs to the state that is
// entered.
#pragma once

#include "engine/transitions.hpp"

namespace sup {

namespace act {
void nothing(World&, Instance&);
void wish_up(World&, Instance&);
void wish_down(World&, Instance&);
void wish_cycle(World&, Instance&);
void renew(World&, Instance&);
void wish_follow(World&, Instance&);
void wish_way(World&, Instance&);
void stay_done(World&, Instance&);
void begin_delay(World&, Instance&);
void end_delay(World&, Instance&);
void begin_run(World&, Instance&);
void begin_with_hooks(World&, Instance&);
void spawn(World&, Instance&);
void note_spawned(World&, Instance&);
void find_main(World&, Instance&);
void begin_post_start(World&, Instance&);
void await_ready(World&, Instance&);
void become_ready(World&, Instance&);
void begin_reload_command(World&, Instance&);
void signal_and_await(World&, Instance&);
void signal_reload(World&, Instance&);
void await_reload(World&, Instance&);
void await_reload_end(World&, Instance&);
void kill_reload(World&, Instance&);
void fail_reload(World&, Instance&);
void end_reload(World&, Instance&);
void follow_stop(World&, Instance&);
void give_in(World&, Instance&);
void end_unhealthy(World&, Instance&);
void miss_watchdog(World&, Instance&);
void next_hook(World&, Instance&);
void kill_hook(World&, Instance&);
void freeze(World&, Instance&);
void thaw(World&, Instance&);
void thaw_and_go_on(World&, Instance&);
void wish_up_and_thaw(World&, Instance&);
void thaw_and_stop(World&, Instance&);
void thaw_and_end_rest(World&, Instance&);
void thaw_and_begin_post_stop(World&, Instance&);
void thaw_and_kill(World&, Instance&);
void begin_stop(World&, Instance&);
void begin_post_stop(World&, Instance&);
void replace(World&, Instance&);
void replace_start(World&, Instance&);
void thaw_and_replace(World&, Instance&);
void begin_steps(World&, Instance&);
void cut_hooks(World&, Instance&);
void fail_start(World&, Instance&);
void terminate(World&, Instance&);
void next_step(World&, Instance&);
void end_rest(World&, Instance&);
void signal_rest(World&, Instance&);
void kill_everything(World&, Instance&);
void kill_asked(World&, Instance&);
void note_asked(World&, Instance&);
void note_lost(World&, Instance&);
void begin_join(World&, Instance&);
void note_completed(World&, Instance&);
void note_failed(World&, Instance&);
void come_back(World&, Instance&);
void back_off(World&, Instance&);
void give_up(World&, Instance&);
}  // namespace act

inline constexpr Action nothing{"", act::nothing};
// The goal is up. A person's wish starts the restart policy afresh.
inline constexpr Action wish_up{"wish up", act::wish_up};
inline constexpr Action wish_down{"wish down", act::wish_down};
// The goal is up, but first it has to go down once, however that comes about.
inline constexpr Action wish_cycle{"wish down and up", act::wish_cycle};
inline constexpr Action renew{"restart with another", act::renew};
// As wish_down, but because of what it requires.
inline constexpr Action wish_follow{"wish down", act::wish_follow};
// As wish_down, but because of what it conflicts with.
inline constexpr Action wish_way{"wish down", act::wish_way};
// A oneshot that has done its work is up: only its earlier restarts are forgotten.
inline constexpr Action stay_done{"forget restarts", act::stay_done};
inline constexpr Action begin_delay{"wait for start-delay", act::begin_delay};
inline constexpr Action end_delay{"go on", act::end_delay};
// A new run begins: a new run id, and the order to spawn.
inline constexpr Action begin_run{"spawn", act::begin_run};
// A new run begins with its pre-start hooks.
inline constexpr Action begin_with_hooks{"first pre-start hook", act::begin_with_hooks};
inline constexpr Action spawn{"spawn", act::spawn};
inline constexpr Action note_spawned{"note pid", act::note_spawned};
inline constexpr Action find_main{"look for the main process", act::find_main};
inline constexpr Action begin_post_start{"first post-start hook", act::begin_post_start};
// From now on it is up to the program, and to what looks at it.
inline constexpr Action await_ready{"wait until it is ready", act::await_ready};
inline constexpr Action become_ready{"", act::become_ready};
inline constexpr Action begin_reload_command{"reload command", act::begin_reload_command};
inline constexpr Action signal_and_await{"reload signal", act::signal_and_await};
inline constexpr Action signal_reload{"reload signal", act::signal_reload};
inline constexpr Action await_reload{"wait until it has reloaded", act::await_reload};
inline constexpr Action await_reload_end{"wait until it has reloaded", act::await_reload_end};
inline constexpr Action kill_reload{"kill the reload command", act::kill_reload};
inline constexpr Action fail_reload{"note failure", act::fail_reload};
inline constexpr Action end_reload{"", act::end_reload};
// It has begun to end by itself: it gets the time of the first stop step, without its signal.
inline constexpr Action follow_stop{"wait for its end", act::follow_stop};
// It has failed although it is alive: the watchdog's signal first, then the stop steps.
inline constexpr Action give_in{"watchdog-signal", act::give_in};
// It has failed although it is alive: the stop steps.
inline constexpr Action end_unhealthy{"", act::end_unhealthy};
inline constexpr Action miss_watchdog{"watchdog-signal", act::miss_watchdog};
inline constexpr Action next_hook{"next hook", act::next_hook};
// It has had its time.
inline constexpr Action kill_hook{"kill the hook", act::kill_hook};
inline constexpr Action freeze{"freeze everything", act::freeze};
inline constexpr Action thaw_and_go_on{"thaw everything", act::thaw_and_go_on};
inline constexpr Action wish_up_and_thaw{"wish up, thaw everything", act::wish_up_and_thaw};
inline constexpr Action thaw_and_stop{"first pre-stop hook or stop step, thaw everything", act::thaw_and_stop};
inline constexpr Action thaw_and_end_rest{"signal the rest, thaw everything", act::thaw_and_end_rest};
// Nothing is left to go on but what is begun now.
inline constexpr Action thaw_and_begin_post_stop{"first post-stop hook, thaw everything",
                                                 act::thaw_and_begin_post_stop};
inline constexpr Action thaw_and_kill{"kill everything, thaw everything", act::thaw_and_kill};
// The run's end is no failure from now on. Its hooks come before the steps.
inline constexpr Action begin_stop{"first pre-stop hook or stop step", act::begin_stop};
// As begin_stop and terminate, but its dependents stay: others of its kind serve.
inline constexpr Action replace{"first pre-stop hook or stop step", act::replace};
inline constexpr Action replace_start{"first stop step", act::replace_start};
inline constexpr Action thaw_and_replace{"first pre-stop hook or stop step, thaw everything", act::thaw_and_replace};
inline constexpr Action begin_steps{"first stop step", act::begin_steps};
inline constexpr Action cut_hooks{"kill the hook and leave out the others, first stop step", act::cut_hooks};
inline constexpr Action begin_post_stop{"first post-stop hook", act::begin_post_stop};
// It will not become ready: what is alive of it gets the first stop signal.
inline constexpr Action fail_start{"signal everything", act::fail_start};
// The first stop step; the run's end is no failure from now on.
inline constexpr Action terminate{"first stop step", act::terminate};
inline constexpr Action next_step{"next stop step", act::next_step};
// The main process ended by itself: what is left of the run gets the first stop signal.
inline constexpr Action end_rest{"signal the rest", act::end_rest};
// The main process followed the stop: what is left gets the same signal and the rest of the time.
inline constexpr Action signal_rest{"signal the rest", act::signal_rest};
inline constexpr Action kill_everything{"kill everything", act::kill_everything};
inline constexpr Action kill_asked{"kill everything", act::kill_asked};
inline constexpr Action note_asked{"rest", act::note_asked};
inline constexpr Action note_lost{"rest, note requirement", act::note_lost};
// Its children decide: daemons are told to go, the others are waited for.
inline constexpr Action begin_join{"dismiss its daemons", act::begin_join};
inline constexpr Action note_completed{"rest, on-exit", act::note_completed};
inline constexpr Action note_failed{"rest, on-exit", act::note_failed};
// It goes up again without back-off: nobody's fault.
inline constexpr Action come_back{"begin again", act::come_back};
inline constexpr Action back_off{"arm the restart delay", act::back_off};
inline constexpr Action give_up{"rest, on-give-up, on-exit", act::give_up};

}  // namespace sup
