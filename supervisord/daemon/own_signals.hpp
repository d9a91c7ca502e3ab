// The signals that are sent to supervisord itself: which it acts on, and which it can pass on (forward-signals).
#pragma once

#include <vector>

#include "base/signals.hpp"

namespace sup {

[[nodiscard]] std::vector<Signal> claimed_signals();
// All others but those that nobody can catch, that tell of a fault of our own, or that our own writes and limits can
// bring about: a service would get what was not meant for it. And the two that libc keeps for its threads.
[[nodiscard]] std::vector<Signal> forwardable_signals();

}  // namespace sup
