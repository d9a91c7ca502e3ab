// What a user may say of a thing that services need and that supervisord does not start: one [external.NAME] table. The
// rows are in external_fields.hpp.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>

#include "base/enum_names.hpp"
#include "base/time.hpp"
#include "spec/probe_spec.hpp"

namespace sup {

enum class OnLost : std::uint8_t { none, stop };
template <>
inline constexpr auto kEnumNames<OnLost> = std::array{
    EnumName{OnLost::none, "none", "What requires it goes on, and can be started again when it is back."},
    EnumName{OnLost::stop, "stop", "What requires it is stopped, and started again when it is back, as with binds-to."},
};

// A host, a server on another machine, a mount. It is asked all the time whether it is there.
struct ExternalSpec : ProbeSpec {
  std::string description;
  Duration interval = std::chrono::seconds{5};
  Duration timeout = std::chrono::seconds{2};
  std::uint32_t failures = 3;
  std::uint32_t successes = 1;
  OnLost on_lost = OnLost::none;
  friend bool operator==(const ExternalSpec&, const ExternalSpec&) = default;
};

}  // namespace sup
