// What the state of an instance owes the world: the effects that a recovered engine tells again, since it cannot know
// whether the one before it lived to see them carried out.
//
// Owed is what the state waits for, or what has to be so in it. What a state does not remember is told once, before
// or after a death: a signal that somebody asked for, one to reload that nothing is awaited of, and what only tells
// people something.
#pragma once

#include "engine/world.hpp"

namespace sup {

// The order of the stop step that it is in, or of its watchdog. `serial` and `is_main_told` say which.
void tell_stop_order(World& w, const Instance& i);
// The signal to reload.
void tell_reload_signal(World& w, const Instance& i);

// All that the instance owes, in an order in which it may be carried out.
void tell_owed(World& w, const Instance& i);

}  // namespace sup
