// Names for things that outlive a pointer: ids are values, so a late message about a gone thing is a failed look-up.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace sup {

template <class Tag, class Rep>
struct Id {
  Rep value{};
  friend constexpr auto operator<=>(Id, Id) = default;
};

// Slots of the engine. A slot is used again when who was in it is gone, which InstanceVacated tells.
using ServiceId = Id<struct ServiceTag, std::uint32_t>;
using InstanceId = Id<struct InstanceTag, std::uint32_t>;
using RunId = Id<struct RunTag, std::uint64_t>;          // One incarnation of a process; never reused; 0 is "none".
using ChangeId = Id<struct ChangeTag, std::uint64_t>;    // One accepted command; never reused; 0 is "none".
using SessionId = Id<struct SessionTag, std::uint64_t>;  // One client connection; never reused.

// The random 128-bit name of a run. Its text is 32 lower-case hex digits, as systemd's INVOCATION_ID.
struct InvocationId {
  std::array<std::uint8_t, 16> bytes{};
  friend constexpr auto operator<=>(const InvocationId&, const InvocationId&) = default;
  [[nodiscard]] std::string text() const;
};

}  // namespace sup

template <class Tag, class Rep>
struct std::hash<sup::Id<Tag, Rep>> {
  std::size_t operator()(sup::Id<Tag, Rep> id) const noexcept { return std::hash<Rep>{}(id.value); }
};
