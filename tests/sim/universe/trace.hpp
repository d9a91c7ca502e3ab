// Events and effects as lines for people.
#pragma once

#include <string>

#include "engine/effect.hpp"
#include "engine/event.hpp"
#include "spec/spec_set.hpp"

namespace sup::sim {

[[nodiscard]] std::string describe(const SpecSet& set, const Event& event);
[[nodiscard]] std::string describe(const SpecSet& set, const Effect& effect);

}  // namespace sup::sim
