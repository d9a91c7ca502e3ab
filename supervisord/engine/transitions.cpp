#include "engine/transitions.hpp"

#include <algorithm>
#include <array>

#include "base/check.hpp"
#include "engine/actions.hpp"
#include "engine/gaps.hpp"
#include "engine/guards.hpp"
#include "engine/table_proof.hpp"

namespace sup {
namespace {

using enum State;
using I = Input;

// clang-format off
constexpr Row kRows[] = {
    // from      on                    when               do                    to         why
    {stopped,    I::want_up,           &always,           &wish_up,             waiting,   "asked up"},
    {stopped,    I::want_down,          &always,           &wish_down,        stopped,   "asked down, is down"},
    {stopped,    I::want_restart,      &always,           &wish_up,             waiting,   "asked to restart, was not running"},
    {stopped,    I::want_replace,      &always,           &wish_up,            waiting,   "asked to be replaced, was not running"},

    {waiting,    I::want_up,           &always,           &wish_up,             waiting,   "asked up, is waiting"},
    {waiting,    I::want_down,         &always,           &wish_down,           stopped,   "asked down before it was started"},
    {waiting,    I::follow_down,        &always,           &wish_follow,      stopped,   "asked down with a requirement before it was started"},
    {waiting,   I::give_way,          &always,           &wish_way,            stopped,   "has to make way for what it conflicts with before it was started"},
    {waiting,    I::want_restart,      &always,           &wish_up,             waiting,   "asked to restart, is waiting"},
    {waiting,    I::want_replace,      &always,           &wish_up,            waiting,   "asked to be replaced, is waiting"},
    {waiting,    I::may_start,         &is_to_delay,      &begin_delay,         waiting,   "requirements are met, its start-delay runs"},
    {waiting,    I::may_start,         &is_target,        &become_ready,        running,   "what it requires is ready"},
    {waiting,    I::may_start,         &has_pre_start,    &begin_with_hooks,    starting,  "requirements are met, its pre-start hooks run"},
    {waiting,    I::may_start,         &always,           &begin_run,           starting,  "requirements are met"},
    {waiting,    I::deadline,          &always,           &end_delay,           waiting,   "its start-delay is over"},
    {waiting,    I::became_ready,      &always,           &become_ready,        running,   "is there"},
    {waiting,    I::requirement_lost,  &always,           &note_lost,           failed,    "a requirement is gone"},

    {starting,   I::want_up,           &is_cycling,       &nothing,             starting,  "asked up, is to be restarted"},
    {starting,   I::want_up,           &always,           &wish_up,             starting,  "asked up, is on its way"},
    {starting,   I::want_down,         &always,           &wish_down,           starting,  "asked down"},
    {starting,   I::follow_down,        &always,           &wish_follow,      starting,  "asked down with a requirement"},
    {starting,  I::give_way,          &always,           &wish_way,            starting,  "has to make way for what it conflicts with"},
    {starting,   I::want_restart,      &always,           &wish_cycle,          starting,  "asked to restart"},
    {starting,   I::want_replace,      &always,           &replace_start,      stopping,  "is replaced before it was ready"},
    {starting,    I::outdated,          &always,           &renew,               starting,  "is to be restarted with another"},
    {starting,   I::may_stop,           &follows_down,     &terminate,        stopping,  "asked down with a requirement"},
    {starting,  I::may_stop,          &gives_way,        &terminate,          stopping,  "makes way for what it conflicts with"},
    {starting,   I::may_stop,          &is_unwanted,      &terminate,           stopping,  "asked down"},
    {starting,    I::may_stop,          &is_outdated,      &terminate,           stopping,  "what it is restarted with has a newer run"},
    {starting,   I::may_stop,          &is_cycling,       &terminate,           stopping,  "asked to restart"},
    {starting,  I::may_stop,          &is_unbound,       &terminate,          stopping,  "what it is bound to has ended"},
    {starting,   I::may_stop,          &always,           &terminate,           stopping,  "a requirement goes down"},
    {starting,   I::task_ended,        &has_next_hook,    &next_hook,           starting,  "a hook is done, the next one runs"},
    {starting,   I::task_ended,        &is_in_pre_start,  &spawn,               starting,  "its pre-start hooks are done"},
    {starting,   I::task_ended,        &always,           &become_ready,        running,   "its post-start hooks are done"},
    {starting,   I::spawned,           &stays_starting,   &note_spawned,        starting,  "its program runs"},
    {starting,   I::spawned,           &awaits_ready,     &await_ready,         starting,  "its program runs, it is to become ready"},
    {starting,   I::spawned,           &has_post_start,   &begin_post_start,    starting,  "its program runs, its post-start hooks run"},
    {starting,   I::spawned,           &always,           &become_ready,        running,   "its program runs"},
    {starting,   I::main_found,        &awaits_ready,     &await_ready,         starting,  "its main process is found, it is to become ready"},
    {starting,   I::main_found,        &has_post_start,   &begin_post_start,    starting,  "its main process is found, its post-start hooks run"},
    {starting,   I::main_found,        &always,           &become_ready,        running,   "its main process is found"},
    {starting,   I::became_ready,      &has_post_start,   &begin_post_start,    starting,  "is ready, its post-start hooks run"},
    {starting,   I::became_ready,      &always,           &become_ready,        running,   "is ready"},
    {starting,   I::start_failed,      &always,           &end_rest,            stopping,  "could not be started, ending what runs of it"},
    {starting,   I::deadline,          &is_in_hook,       &kill_hook,           starting,  "a hook takes too long, it is killed"},
    {starting,   I::deadline,          &is_delay_before_hooks, &begin_post_start, starting, "has run for its delay, its post-start hooks run"},
    {starting,   I::deadline,          &is_in_delay,      &become_ready,        running,   "has run for its delay"},
    {starting,   I::deadline,          &always,           &fail_start,          stopping,  "was not ready in time"},
    {starting,   I::spawn_failed,      &has_post_stop,    &begin_post_stop,     stopping,  "could not be started, its post-stop hooks run"},
    {starting,   I::spawn_failed,      &is_unwanted,      &note_asked,          stopped,   "was not started, and is not wanted any more"},
    {starting,   I::spawn_failed,      &begins_again,     &come_back,           waiting,   "was not started, will be as soon as it may"},
    {starting,   I::spawn_failed,      &policy_restarts,  &back_off,            backoff,   "could not be started, will be tried again"},
    {starting,   I::spawn_failed,      &policy_gives_up,  &give_up,             failed,    "could not be started, out of attempts"},
    {starting,   I::spawn_failed,      &always,           &note_failed,         failed,    "could not be started"},
    {starting,   I::main_exited,       &has_left_daemon,  &find_main,           starting,  "its launcher ended, looking for its main process"},
    {starting,   I::main_exited,       &goes_on_without_main, &nothing,         starting,  "its main process ended, others go on"},
    {starting,   I::main_exited,       &always,           &end_rest,            stopping,  "its main process ended, ending the rest"},
    {starting,   I::ended,             &has_post_stop,    &begin_post_stop,     stopping,  "nothing of it is alive, its post-stop hooks run"},
    {starting,   I::ended,             &is_unwanted,      &note_asked,          stopped,   "ended when it was to stop"},
    {starting,   I::ended,             &is_cycling,       &come_back,           waiting,   "ended when it was to be restarted"},
    {starting,   I::ended,             &policy_restarts,  &back_off,            backoff,   "ended, will be started again"},
    {starting,   I::ended,             &policy_gives_up,  &give_up,             failed,    "ended, out of attempts"},
    {starting,   I::ended,             &leaves_children,  &begin_join,          joining,   "its run has completed"},
    {starting,   I::ended,             &ended_well,       &note_completed,      completed, "has done its work"},
    {starting,   I::ended,             &always,           &note_failed,         failed,    "ended without success"},
    {starting,   I::kill_now,          &always,           &kill_asked,          killing,   "killed on request"},
    {starting,   I::out_of_time,        &always,           &kill_asked,       killing,   "out of time for the shutdown"},

    {running,    I::want_up,           &is_cycling,       &nothing,             running,   "asked up, is to be restarted"},
    {running,    I::want_up,           &always,           &wish_up,             running,   "asked up, is up"},
    {running,    I::want_down,         &always,           &wish_down,           running,   "asked down"},
    {running,    I::follow_down,        &always,           &wish_follow,      running,   "asked down with a requirement"},
    {running,   I::give_way,          &always,           &wish_way,            running,   "has to make way for what it conflicts with"},
    {running,    I::want_restart,      &always,           &wish_cycle,          running,   "asked to restart"},
    {running,    I::want_replace,      &is_target,        &nothing,            running,   "asked to be replaced, has no process"},
    {running,    I::want_replace,      &always,           &replace,            stopping,  "is replaced"},
    {running,     I::outdated,          &always,           &renew,               running,   "is to be restarted with another"},
    {running,    I::want_pause,        &is_target,        &nothing,             running,   "asked to pause, has no process"},
    {running,    I::want_pause,        &always,           &freeze,              paused,    "paused on request"},
    {running,    I::want_reload,       &has_reload_command, &begin_reload_command, reloading, "asked to reload"},
    {running,    I::want_reload,       &says_when_reloaded, &signal_and_await, reloading, "asked to reload"},
    {running,    I::want_reload,       &always,           &signal_reload,       running,   "asked to reload"},
    {running,    I::began_reload,      &always,           &await_reload,        reloading, "says that it reloads"},
    {running,    I::began_stop,        &always,           &follow_stop,         stopping,  "says that it stops"},
    {running,    I::unhealthy,         &is_external,      &come_back,           waiting,   "is not there any more"},
    {running,    I::unhealthy,         &always,           &end_unhealthy,       stopping,  "is unhealthy"},
    {running,    I::watchdog_missed,   &always,           &give_in,             stopping,  "says that it is unfit"},
    {running,    I::deadline,          &always,           &miss_watchdog,       stopping,  "missed its watchdog"},
    {running,    I::may_stop,          &is_unwanted_target, &note_asked,        stopped,   "asked down"},
    {running,    I::may_stop,          &is_target,        &come_back,           waiting,   "has to come up again"},
    {running,    I::may_stop,          &follows_down,     &begin_stop,          stopping,  "asked down with a requirement"},
    {running,   I::may_stop,          &gives_way,        &begin_stop,         stopping,  "makes way for what it conflicts with"},
    {running,    I::may_stop,          &is_unwanted,      &begin_stop,          stopping,  "asked down"},
    {running,     I::may_stop,          &is_outdated,      &begin_stop,          stopping,  "what it is restarted with has a newer run"},
    {running,    I::may_stop,          &is_cycling,       &begin_stop,          stopping,  "asked to restart"},
    {running,   I::may_stop,          &is_unbound,       &begin_stop,         stopping,  "what it is bound to has ended"},
    {running,    I::may_stop,          &always,           &begin_stop,          stopping,  "a requirement goes down"},
    {running,    I::main_exited,       &goes_on_without_main, &nothing,         running,   "its main process ended, others go on"},
    {running,    I::main_exited,       &always,           &end_rest,            stopping,  "its main process ended, ending the rest"},
    {running,    I::ended,             &has_post_stop,    &begin_post_stop,     stopping,  "nothing of it is alive, its post-stop hooks run"},
    {running,    I::ended,             &is_unwanted,      &note_asked,          stopped,   "ended when it was to stop"},
    {running,    I::ended,             &is_cycling,       &come_back,           waiting,   "ended when it was to be restarted"},
    {running,    I::ended,             &policy_restarts,  &back_off,            backoff,   "ended, will be started again"},
    {running,    I::ended,             &policy_gives_up,  &give_up,             failed,    "ended, out of attempts"},
    {running,    I::ended,             &leaves_children,  &begin_join,          joining,   "its run has completed"},
    {running,    I::ended,             &ended_well,       &note_completed,      completed, "ended with success"},
    {running,    I::ended,             &always,           &note_failed,         failed,    "ended without success"},
    {running,    I::kill_now,          &is_target,        &note_asked,          stopped,   "killed on request"},
    {running,    I::kill_now,          &always,           &kill_asked,          killing,   "killed on request"},
    {running,    I::out_of_time,       &is_target,        &note_asked,          stopped,   "out of time for the shutdown"},
    {running,    I::out_of_time,        &always,           &kill_asked,       killing,   "out of time for the shutdown"},

    {reloading,  I::want_up,           &is_cycling,       &nothing,             reloading, "asked up, is to be restarted"},
    {reloading,  I::want_up,           &always,           &wish_up,             reloading, "asked up, is up"},
    {reloading,  I::want_down,         &always,           &wish_down,           reloading, "asked down"},
    {reloading,  I::follow_down,        &always,           &wish_follow,      reloading, "asked down with a requirement"},
    {reloading,  I::give_way,          &always,           &wish_way,            reloading, "has to make way for what it conflicts with"},
    {reloading,  I::want_restart,      &always,           &wish_cycle,          reloading, "asked to restart"},
    {reloading,  I::want_replace,      &always,           &replace,            stopping,  "is replaced"},
    {reloading,   I::outdated,          &always,           &renew,               reloading, "is to be restarted with another"},
    {reloading,  I::began_stop,        &always,           &follow_stop,         stopping,  "says that it stops"},
    {reloading,  I::unhealthy,         &always,           &end_unhealthy,       stopping,  "is unhealthy"},
    {reloading,  I::watchdog_missed,   &always,           &give_in,             stopping,  "says that it is unfit"},
    {reloading,  I::may_stop,          &follows_down,     &begin_stop,          stopping,  "asked down with a requirement"},
    {reloading,  I::may_stop,          &gives_way,        &begin_stop,          stopping,  "makes way for what it conflicts with"},
    {reloading,  I::may_stop,          &is_unwanted,      &begin_stop,          stopping,  "asked down"},
    {reloading,   I::may_stop,          &is_outdated,      &begin_stop,          stopping,  "what it is restarted with has a newer run"},
    {reloading,  I::may_stop,          &is_cycling,       &begin_stop,          stopping,  "asked to restart"},
    {reloading,  I::may_stop,          &is_unbound,       &begin_stop,          stopping,  "what it is bound to has ended"},
    {reloading,  I::may_stop,          &always,           &begin_stop,          stopping,  "a requirement goes down"},
    {reloading,  I::task_ended,        &has_reload_failed, &end_reload,         running,   "its reload command failed"},
    {reloading,  I::task_ended,        &awaits_ready,     &await_reload_end,    reloading, "its reload command is done, it is to say that it has reloaded"},
    {reloading,  I::task_ended,        &always,           &end_reload,          running,   "its reload command is done"},
    {reloading,  I::became_ready,      &always,           &end_reload,          running,   "has reloaded"},
    {reloading,  I::deadline,          &is_watchdog_due,  &miss_watchdog,       stopping,  "missed its watchdog"},
    {reloading,  I::deadline,          &is_in_reload_command, &kill_reload,     reloading, "its reload command takes too long, it is killed"},
    {reloading,  I::deadline,          &always,           &fail_reload,         running,   "did not say in time that it has reloaded"},
    {reloading,  I::main_exited,       &goes_on_without_main, &nothing,         reloading, "its main process ended, others go on"},
    {reloading,  I::main_exited,       &always,           &end_rest,            stopping,  "its main process ended, ending the rest"},
    {reloading,  I::ended,             &has_post_stop,    &begin_post_stop,     stopping,  "nothing of it is alive, its post-stop hooks run"},
    {reloading,  I::ended,             &is_unwanted,      &note_asked,          stopped,   "ended when it was to stop"},
    {reloading,  I::ended,             &is_cycling,       &come_back,           waiting,   "ended when it was to be restarted"},
    {reloading,  I::ended,             &policy_restarts,  &back_off,            backoff,   "ended, will be started again"},
    {reloading,  I::ended,             &policy_gives_up,  &give_up,             failed,    "ended, out of attempts"},
    {reloading,  I::ended,             &leaves_children,  &begin_join,          joining,   "its run has completed"},
    {reloading,  I::ended,             &ended_well,       &note_completed,      completed, "ended with success"},
    {reloading,  I::ended,             &always,           &note_failed,         failed,    "ended without success"},
    {reloading,  I::kill_now,          &always,           &kill_asked,          killing,   "killed on request"},
    {reloading,  I::out_of_time,        &always,           &kill_asked,       killing,   "out of time for the shutdown"},

    {paused,     I::want_up,           &is_cycling,       &nothing,             paused,    "asked up, is to be restarted"},
    {paused,     I::want_up,           &always,           &wish_up_and_thaw,    running,   "asked up, resumed"},
    {paused,     I::want_down,         &always,           &wish_down,           paused,    "asked down"},
    {paused,     I::follow_down,       &always,           &wish_follow,         paused,    "asked down with a requirement"},
    {paused,    I::give_way,          &always,           &wish_way,            paused,    "has to make way for what it conflicts with"},
    {paused,     I::want_restart,      &always,           &wish_cycle,          paused,    "asked to restart"},
    {paused,     I::want_replace,      &always,           &thaw_and_replace,   stopping,  "is replaced"},
    {paused,      I::outdated,          &always,           &renew,               paused,    "is to be restarted with another"},
    {paused,     I::want_resume,       &always,           &thaw_and_go_on,      running,   "resumed on request"},
    {paused,     I::may_stop,          &follows_down,     &thaw_and_stop,       stopping,  "asked down with a requirement"},
    {paused,    I::may_stop,          &gives_way,        &thaw_and_stop,      stopping,  "makes way for what it conflicts with"},
    {paused,     I::may_stop,          &is_unwanted,      &thaw_and_stop,       stopping,  "asked down"},
    {paused,      I::may_stop,          &is_outdated,      &thaw_and_stop,       stopping,  "what it is restarted with has a newer run"},
    {paused,     I::may_stop,          &is_cycling,       &thaw_and_stop,       stopping,  "asked to restart"},
    {paused,    I::may_stop,          &is_unbound,       &thaw_and_stop,      stopping,  "what it is bound to has ended"},
    {paused,     I::may_stop,          &always,           &thaw_and_stop,       stopping,  "a requirement goes down"},
    {paused,     I::main_exited,       &goes_on_without_main, &nothing,         paused,    "its main process ended, others go on"},
    {paused,     I::main_exited,       &always,           &thaw_and_end_rest,   stopping,  "its main process ended, ending the rest"},
    {paused,     I::ended,             &has_post_stop,    &thaw_and_begin_post_stop, stopping, "nothing of it is alive, its post-stop hooks run"},
    {paused,     I::ended,             &is_unwanted,      &note_asked,          stopped,   "ended when it was to stop"},
    {paused,     I::ended,             &is_cycling,       &come_back,           waiting,   "ended when it was to be restarted"},
    {paused,     I::ended,             &policy_restarts,  &back_off,            backoff,   "ended, will be started again"},
    {paused,     I::ended,             &policy_gives_up,  &give_up,             failed,    "ended, out of attempts"},
    {paused,     I::ended,             &leaves_children,  &begin_join,          joining,   "its run has completed"},
    {paused,     I::ended,             &ended_well,       &note_completed,      completed, "ended with success"},
    {paused,     I::ended,             &always,           &note_failed,         failed,    "ended without success"},
    {paused,     I::kill_now,          &always,           &thaw_and_kill,       killing,   "killed on request"},
    {paused,     I::out_of_time,       &always,           &thaw_and_kill,       killing,   "out of time for the shutdown"},

    {stopping,   I::want_up,           &always,           &wish_cycle,          stopping,  "asked up, will be started after the stop"},
    {stopping,   I::want_down,         &always,           &wish_down,           stopping,  "asked down, is stopping"},
    {stopping,   I::follow_down,        &always,           &wish_follow,      stopping,  "asked down with a requirement, is stopping"},
    {stopping,  I::give_way,          &always,           &wish_way,            stopping,  "has to make way for what it conflicts with"},
    {stopping,   I::want_restart,      &always,           &wish_cycle,           stopping,  "asked to restart, is stopping"},
    {stopping,   I::want_replace,      &always,           &wish_cycle,         stopping,  "asked to be replaced, is stopping"},
    {stopping,   I::spawn_failed,      &has_post_stop,    &begin_post_stop,     stopping,  "stopped before its program ran, its post-stop hooks run"},
    {stopping,   I::spawn_failed,      &is_unwanted,      &note_asked,          stopped,   "stopped before its program ran"},
    {stopping,   I::spawn_failed,      &always,           &come_back,           waiting,   "stopped before its program ran, to be started again"},
    {stopping,   I::task_ended,        &has_next_hook,    &next_hook,           stopping,  "a hook is done, the next one runs"},
    {stopping,   I::task_ended,        &always,           &begin_steps,         stopping,  "its pre-stop hooks are done"},
    {stopping,   I::main_exited,       &is_in_hook,       &nothing,             stopping,  "its main process ended, a hook goes on"},
    {stopping,   I::main_exited,       &always,           &signal_rest,         stopping,  "its main process ended, ending the rest"},
    {stopping,   I::ended,             &has_post_stop,    &begin_post_stop,     stopping,  "nothing of it is alive, its post-stop hooks run"},
    {stopping,   I::ended,             &is_unwanted,      &note_asked,          stopped,   "stopped"},
    {stopping,   I::ended,             &was_asked_to_end, &come_back,           waiting,   "stopped, to be started again"},
    {stopping,   I::ended,             &is_cycling,       &come_back,           waiting,   "ended, asked to be started again"},
    {stopping,   I::ended,             &policy_restarts,  &back_off,            backoff,   "ended, will be started again"},
    {stopping,   I::ended,             &policy_gives_up,  &give_up,             failed,    "ended, out of attempts"},
    {stopping,   I::ended,             &leaves_children,  &begin_join,          joining,   "its run has completed"},
    {stopping,   I::ended,             &ended_well,       &note_completed,      completed, "ended with success"},
    {stopping,   I::ended,             &always,           &note_failed,         failed,    "ended without success"},
    {stopping,   I::deadline,          &is_in_hook,       &kill_hook,           stopping,  "a hook takes too long, it is killed"},
    {stopping,   I::deadline,          &is_aborting,      &begin_steps,         stopping,  "did not end at the watchdog's signal, first stop step"},
    {stopping,   I::deadline,          &has_next_step,    &next_step,           stopping,  "did not end in time, next stop step"},
    {stopping,   I::deadline,          &always,           &kill_everything,     killing,   "did not end in time"},
    {stopping,   I::kill_now,          &always,           &kill_asked,          killing,   "killed on request"},
    {stopping,   I::out_of_time,       &is_cut_short,     &cut_hooks,           stopping,  "its pre-stop hooks are out of time for the shutdown, first stop step"},
    {stopping,   I::out_of_time,        &always,           &kill_asked,       killing,   "out of time for the shutdown"},

    {killing,    I::want_up,           &always,           &wish_cycle,          killing,   "asked up, will be started after the stop"},
    {killing,    I::want_down,         &always,           &wish_down,           killing,   "asked down, is being killed"},
    {killing,    I::follow_down,        &always,           &wish_follow,      killing,   "asked down with a requirement, is being killed"},
    {killing,   I::give_way,          &always,           &wish_way,            killing,   "has to make way for what it conflicts with"},
    {killing,    I::want_restart,      &always,           &wish_cycle,          killing,   "asked to restart, is being killed"},
    {killing,    I::want_replace,      &always,           &wish_cycle,         killing,   "asked to be replaced, is being killed"},
    {killing,    I::spawn_failed,      &has_post_stop,    &begin_post_stop,     stopping,  "stopped before its program ran, its post-stop hooks run"},
    {killing,    I::spawn_failed,      &is_unwanted,      &note_asked,          stopped,   "stopped before its program ran"},
    {killing,    I::spawn_failed,      &always,           &come_back,           waiting,   "stopped before its program ran, to be started again"},
    {killing,    I::main_exited,       &always,           &kill_everything,     killing,   "its main process ended, killing the rest"},
    {killing,    I::ended,             &has_post_stop,    &begin_post_stop,     stopping,  "nothing of it is alive, its post-stop hooks run"},
    {killing,    I::ended,             &is_unwanted,      &note_asked,          stopped,   "killed"},
    {killing,    I::ended,             &was_asked_to_end, &come_back,           waiting,   "killed, to be started again"},
    {killing,    I::ended,             &is_cycling,       &come_back,           waiting,   "ended, asked to be started again"},
    {killing,    I::ended,             &policy_restarts,  &back_off,            backoff,   "ended, will be started again"},
    {killing,    I::ended,             &policy_gives_up,  &give_up,             failed,    "ended, out of attempts"},
    {killing,    I::ended,             &leaves_children,  &begin_join,          joining,   "its run has completed"},
    {killing,    I::ended,             &ended_well,       &note_completed,      completed, "ended with success"},
    {killing,    I::ended,             &always,           &note_failed,         failed,    "ended without success"},
    {killing,    I::deadline,          &always,           &kill_everything,     killing,   "is alive in spite of KILL, sent again"},
    {killing,    I::kill_now,          &always,           &kill_asked,          killing,   "killed again on request"},
    {killing,    I::out_of_time,        &always,           &kill_asked,       killing,   "killed again, out of time for the shutdown"},

    {joining,    I::want_up,           &is_cycling,       &nothing,             joining,   "asked up, is to be restarted"},
    {joining,    I::want_up,           &is_oneshot,       &wish_up,             joining,   "asked up, has done its work"},
    {joining,    I::want_up,           &always,           &wish_up,             waiting,   "asked up again"},
    {joining,    I::want_down,         &always,           &wish_down,           joining,   "asked down"},
    {joining,    I::follow_down,       &always,           &wish_follow,         joining,   "asked down with a requirement"},
    {joining,    I::give_way,          &always,           &wish_way,            joining,   "has to make way for what it conflicts with"},
    {joining,    I::want_restart,      &always,           &wish_cycle,          joining,   "asked to restart"},
    {joining,    I::may_stop,          &is_unwanted,      &note_asked,          stopped,   "asked down, and its children are gone"},
    {joining,    I::may_stop,          &always,           &come_back,           waiting,   "has to come up again"},
    {joining,    I::joined,            &always,           &note_completed,      completed, "its children have ended"},
    {joining,    I::kill_now,          &always,           &note_asked,          stopped,   "killed on request"},
    {joining,    I::out_of_time,       &always,           &note_asked,          stopped,   "out of time for the shutdown"},

    {backoff,    I::want_up,           &always,           &wish_up,             waiting,   "asked up, tried at once"},
    {backoff,    I::want_down,         &always,           &wish_down,           stopped,   "asked down"},
    {backoff,    I::follow_down,        &always,           &wish_follow,      stopped,   "asked down with a requirement"},
    {backoff,   I::give_way,          &always,           &wish_way,            stopped,   "has to make way for what it conflicts with"},
    {backoff,    I::want_restart,      &always,           &wish_up,             waiting,   "asked to restart, tried at once"},
    {backoff,    I::want_replace,      &always,           &wish_up,            waiting,   "asked to be replaced, tried at once"},
    {backoff,    I::deadline,          &always,           &nothing,             waiting,   "the back-off is over"},

    {completed,  I::want_up,            &is_oneshot,       &stay_done,        completed, "asked up, has done its work"},
    {completed,  I::want_up,           &always,           &wish_up,             waiting,   "asked up again"},
    {completed,  I::want_down,         &always,           &wish_down,           stopped,   "asked down"},
    {completed,  I::want_restart,      &always,           &wish_up,             waiting,   "asked to restart"},
    {completed,  I::want_replace,      &always,           &wish_up,            waiting,   "asked to be replaced"},

    {failed,     I::want_up,           &always,           &wish_up,             waiting,   "asked up again"},
    {failed,     I::want_down,         &always,           &wish_down,           stopped,   "asked down"},
    {failed,    I::give_way,          &always,           &wish_way,            stopped,   "has to make way for what it conflicts with"},
    {failed,     I::want_restart,      &always,           &wish_up,             waiting,   "asked to restart"},
    {failed,     I::want_replace,      &always,           &wish_up,            waiting,   "asked to be replaced"},
    {failed,     I::requirement_back,  &always,           &come_back,           waiting,   "what it requires is back"},
};
// clang-format on

static_assert(is_total(kRows, kIndifferent, kImpossible),
              "each pair of state and input must be a row, or indifferent, or impossible");
static_assert(is_closed(kRows), "the rows of a pair must stand together and end in an unconditional one");

// For each pair: its first row, or one of these.
constexpr std::int16_t kNothingHappens = -1;
constexpr std::int16_t kCannotHappen = -2;

consteval std::array<std::int16_t, kStateCount * kInputCount> first_rows() {
  std::array<std::int16_t, kStateCount * kInputCount> out{};
  for (const TablePair& pair : kIndifferent) out[index_of(pair.state, pair.input)] = kNothingHappens;
  for (const TablePair& pair : kImpossible) out[index_of(pair.state, pair.input)] = kCannotHappen;
  for (std::size_t r = std::size(kRows); r-- > 0;)
    out[index_of(kRows[r].from, kRows[r].input)] = static_cast<std::int16_t>(r);
  return out;
}
constexpr auto kFirstRow = first_rows();

}  // namespace

std::span<const Row> transitions() { return kRows; }

const Row* find_row(const World& w, const Instance& i, Input input) {
  const std::int16_t first = kFirstRow[index_of(i.state, input)];
  if (first == kNothingHappens) return nullptr;
  CHECK(first != kCannotHappen);
  const Row* row = &kRows[first];
  while (!row->guard->ask(w, i)) ++row;
  return row;
}

}  // namespace sup
