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

inline constexpr Guard is_cycling{"restart was asked for",
                                  [](const World&, const Instance& i) { return i.is_cycling; }};

inline constexpr Guard is_oneshot{
    "oneshot", [](const World& w, const Instance& i) { return w.spec(i).type == ServiceType::oneshot; }};

inline constexpr Guard was_asked_to_end{"we told it to end",
                                        [](const World&, const Instance& i) { return i.run_was_asked_to_end; }};

inline constexpr Guard policy_restarts{"the restart policy wants it", [](const World& w, const Instance& i) {
                                         return after_end(w.spec(i), last_end(i), i.recent_restarts, w.now) ==
                                                AfterEnd::restart;
                                       }};

inline constexpr Guard policy_gives_up{"the restart policy is exhausted", [](const World& w, const Instance& i) {
                                         return after_end(w.spec(i), last_end(i), i.recent_restarts, w.now) ==
                                                AfterEnd::exhausted;
                                       }};

inline constexpr Guard ended_well{"ended with success",
                                  [](const World& w, const Instance& i) { return is_success(w.spec(i), last_end(i)); }};

inline constexpr Guard has_next_step{"another stop step is left", [](const World& w, const Instance& i) {
                                       return i.stop_step + std::size_t{1} < w.spec(i).stop.steps.size();
                                     }};

}  // namespace sup
