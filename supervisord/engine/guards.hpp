// The questions of the transition table. They change nothing.
#pragma once

#include "engine/transitions.hpp"
#include "engine/world.hpp"

namespace sup {

inline constexpr Guard always{"", [](const World&, const Instance&) { return true; }};

inline constexpr Guard is_unwanted{"goal is down",
                                   [](const World&, const Instance& i) { return i.goal == Goal::down; }};

inline constexpr Guard follows_down{"went down with a requirement", [](const World&, const Instance& i) {
                                      return i.goal == Goal::down && i.cause == Cause::followed;
                                    }};

inline constexpr Guard gives_way{"makes way for what it conflicts with", [](const World&, const Instance& i) {
                                   return i.goal == Goal::down && i.cause == Cause::conflict;
                                 }};

inline constexpr Guard is_unbound{"what it is bound to has ended", [](const World&, const Instance& i) {
                                    return i.counts.broken_bindings > 0 && i.counts.leaving_requirements == 0 &&
                                           i.counts.gone_requirements == 0;
                                  }};

inline constexpr Guard is_target{"target or external",
                                 [](const World& w, const Instance& i) { return !has_process(w.spec(i)); }};

inline constexpr Guard is_external{
    "external", [](const World& w, const Instance& i) { return w.spec(i).type == ServiceType::external; }};

inline constexpr Guard is_to_delay{"its start-delay has not passed",
                                   [](const World& w, const Instance& i) { return has_to_delay(w, i); }};

inline constexpr Guard is_unwanted_target{"target or external, goal is down", [](const World& w, const Instance& i) {
                                            return is_target.ask(w, i) && is_unwanted.ask(w, i);
                                          }};

inline constexpr Guard is_cycling{"restart was asked for",
                                  [](const World&, const Instance& i) { return i.is_cycling; }};

inline constexpr Guard is_outdated{"is restarted with another", [](const World&, const Instance& i) {
                                     return i.is_cycling && i.cause == Cause::renewed;
                                   }};

inline constexpr Guard is_oneshot{
    "oneshot", [](const World& w, const Instance& i) { return w.spec(i).type == ServiceType::oneshot; }};

// Its program runs, but that does not make it ready.
inline constexpr Guard stays_starting{"oneshot or forking", [](const World& w, const Instance& i) {
                                        return w.spec(i).type == ServiceType::oneshot ||
                                               w.spec(i).type == ServiceType::forking;
                                      }};

// It runs, but what says that it is ready, or that it has reloaded, has not come.
inline constexpr Guard awaits_ready{"it has not said that it is ready, or was not seen to be",
                                    [](const World& w, const Instance& i) {
                                      const ReadyKind kind = ready_kind(w.spec(i));
                                      if (i.state == State::reloading && !tells_of_reloads(w.spec(i))) return false;
                                      return kind != ReadyKind::executed && !i.is_confirmed;
                                    }};

inline constexpr Guard is_in_delay{"ready.delay is over", [](const World& w, const Instance& i) {
                                     return i.phase == Phase::await_ready && ready_kind(w.spec(i)) == ReadyKind::delay;
                                   }};

inline constexpr Guard is_delay_before_hooks{
    "ready.delay is over, and it has post-start hooks",
    [](const World& w, const Instance& i) { return is_in_delay.ask(w, i) && !w.spec(i).post_start.empty(); }};

inline constexpr Guard has_reload_command{
    "reload is a command", [](const World& w, const Instance& i) { return !w.spec(i).reload->command.argv.empty(); }};

inline constexpr Guard says_when_reloaded{
    "ready.notify and reload.notify", [](const World& w, const Instance& i) { return tells_of_reloads(w.spec(i)); }};

inline constexpr Guard has_reload_failed{"it failed",
                                         [](const World&, const Instance& i) { return !i.reload_failure->empty(); }};

inline constexpr Guard is_in_reload_command{"its reload command runs",
                                            [](const World&, const Instance& i) { return i.phase == Phase::reload; }};

inline constexpr Guard is_watchdog_due{"its sign of life is due",
                                       [](const World& w, const Instance& i) { return i.watchdog_due <= w.now; }};

inline constexpr Guard is_aborting{"it has the watchdog's signal",
                                   [](const World&, const Instance& i) { return i.phase == Phase::abort; }};

inline constexpr Guard has_left_daemon{"its launcher ended with success", [](const World& w, const Instance& i) {
                                         return w.spec(i).type == ServiceType::forking && i.phase == Phase::launch &&
                                                is_success(w.spec(i), last_end(i));
                                       }};

inline constexpr Guard goes_on_without_main{
    "exit-when is empty", [](const World& w, const Instance& i) { return w.spec(i).exit_when == RunEndsWith::empty; }};

inline constexpr Guard has_pre_start{"it has pre-start hooks",
                                     [](const World& w, const Instance& i) { return !w.spec(i).pre_start.empty(); }};

inline constexpr Guard has_post_start{"it has post-start hooks",
                                      [](const World& w, const Instance& i) { return !w.spec(i).post_start.empty(); }};

// They run once, after the end of everything else.
inline constexpr Guard has_post_stop{"its post-stop hooks have not run", [](const World& w, const Instance& i) {
                                       return !w.spec(i).post_stop.empty() && i.phase != Phase::post_stop &&
                                              !w.is_out_of_patience;
                                     }};

inline constexpr Guard has_next_hook{"another hook is left",
                                     [](const World& w, const Instance& i) { return hooks_left(w, i) > 1; }};

inline constexpr Guard is_in_hook{"a hook runs",
                                  [](const World& w, const Instance& i) { return hooks_left(w, i) > 0; }};

// Of its share of the time of a shutdown, while there is some left for what comes after them.
inline constexpr Guard is_cut_short{
    "its pre-stop hooks run, and the shutdown has time left",
    [](const World& w, const Instance& i) { return i.phase == Phase::pre_stop && !w.is_out_of_patience; }};

inline constexpr Guard is_in_pre_start{"before its start",
                                       [](const World&, const Instance& i) { return i.phase == Phase::pre_start; }};

inline constexpr Guard was_asked_to_end{"we told it to end",
                                        [](const World&, const Instance& i) { return i.run_was_asked_to_end; }};

inline constexpr Guard begins_again{
    "restart was asked for, or a requirement goes down",
    [](const World&, const Instance& i) { return i.is_cycling || i.run_was_asked_to_end; }};

inline constexpr Guard policy_restarts{"the restart policy wants it", [](const World& w, const Instance& i) {
                                         return !i.stays_down && after_end(w.spec(i), last_end(i), i.recent_restarts,
                                                                           w.now) == AfterEnd::restart;
                                       }};

inline constexpr Guard policy_gives_up{"the restart policy is exhausted", [](const World& w, const Instance& i) {
                                         return !i.stays_down && after_end(w.spec(i), last_end(i), i.recent_restarts,
                                                                           w.now) == AfterEnd::exhausted;
                                       }};

inline constexpr Guard ended_well{"ended with success",
                                  [](const World& w, const Instance& i) { return is_success(w.spec(i), last_end(i)); }};

inline constexpr Guard leaves_children{
    "ended with success, and has children that do not rest",
    [](const World& w, const Instance& i) { return i.counts.busy_children > 0 && ended_well.ask(w, i); }};

inline constexpr Guard has_next_step{"another stop step is left", [](const World& w, const Instance& i) {
                                       return i.stop_step + std::size_t{1} < w.spec(i).stop->steps.size();
                                     }};

}  // namespace sup
