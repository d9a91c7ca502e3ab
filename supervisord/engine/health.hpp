// Health: what the probes of a running service say, counted. Pure; the transition table acts on its verdict.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "spec/probe_spec.hpp"

namespace sup {

enum class Health : std::uint8_t { unknown, healthy, unhealthy };
template <>
inline constexpr auto kEnumNames<Health> =
    std::array{EnumName{Health::unknown, "unknown", "It has not been asked often enough yet."},
               EnumName{Health::healthy, "healthy", "Its last probes have succeeded."},
               EnumName{Health::unhealthy, "unhealthy", "Its last probes have failed."}};

// Of one run. Its members are those of this struct's functions to change.
struct HealthRecord {
  Health verdict = Health::unknown;
  std::uint32_t failures = 0;          // In a row, up to the last probe; those in the grace are not counted.
  std::uint32_t successes = 0;         // Likewise.
  std::optional<Instant> grace_until;  // Nothing: no failure is forgiven any more.
  std::optional<Instant> last_probe;   // When it ended; nothing: there has been none.
  std::string last_failure;            // What the last probe that has failed met.
  bool has_last_failed = false;
  friend bool operator==(const HealthRecord&, const HealthRecord&) = default;
};

// The record of a run that is watched from now on.
[[nodiscard]] HealthRecord begin_health(const HealthSpec& spec, Instant now);
// After a pause nothing is known of how it is; what was before does not count.
void resume_health(HealthRecord& record);
// A probe has ended; `failure` is empty if it has succeeded. Returns whether the verdict is another one now.
[[nodiscard]] bool note_probe(HealthRecord& record, const HealthSpec& spec, Instant now, std::string failure);
// How long to wait for the next probe. In the grace quickly, until the first success.
[[nodiscard]] Duration next_probe_delay(const HealthRecord& record, const HealthSpec& spec);
// The same for the first: soon, but of `count` services which begin at the same moment not all at once.
[[nodiscard]] Duration first_probe_delay(const HealthSpec& spec, std::uint32_t index, std::size_t count);
// "unhealthy (3 failures: timed out)", "healthy", "unknown".
[[nodiscard]] std::string health_text(const HealthRecord& record);

}  // namespace sup
