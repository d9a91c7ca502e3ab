// Events and effects as lines for people.
#pragma once

#include <string>

#include "engine/effect.hpp"
#include "engine/event.hpp"
#include "sim/universe/cast.hpp"

namespace sup::sim {

[[nodiscard]] std::string describe(const Cast& cast, const Event& event);
[[nodiscard]] std::string describe(const Cast& cast, const Effect& effect);

}  // namespace sup::sim
