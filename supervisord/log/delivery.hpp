// Delivery: how soon the log thread hears of what the control loop asks.
#pragma once

#include <cstdint>

namespace sup::log {

// When what is asked of the thread reaches it: at once, or when deliver() is called. A control loop asks many things in
// one turn, and each wake-up costs as much as the rest.
enum class Delivery : std::uint8_t { at_once, when_told };

}  // namespace sup::log
