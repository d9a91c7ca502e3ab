#include "engine/health.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace sup {

HealthRecord begin_health(const HealthSpec& spec, Instant now) {
  HealthRecord out;
  if (spec.start_grace > Duration{}) out.grace_until = now + spec.start_grace;
  return out;
}

void resume_health(HealthRecord& record) { record.failures = record.successes = 0; }

bool note_probe(HealthRecord& record, const HealthSpec& spec, Instant now, std::string failure) {
  record.last_probe = now;
  record.has_last_failed = !failure.empty();
  if (record.grace_until && now >= *record.grace_until) record.grace_until.reset();
  if (record.has_last_failed) {
    record.last_failure = std::move(failure);
    record.successes = 0;
    if (!record.grace_until) ++record.failures;
    if (record.failures < spec.failures) return false;
    return std::exchange(record.verdict, Health::unhealthy) != Health::unhealthy;
  }
  record.grace_until.reset();
  record.failures = 0;
  ++record.successes;
  if (record.successes < spec.successes) return false;
  return std::exchange(record.verdict, Health::healthy) != Health::healthy;
}

Duration next_probe_delay(const HealthRecord& record, const HealthSpec& spec) {
  return record.grace_until ? std::min<Duration>(spec.interval, std::chrono::seconds{1}) : spec.interval;
}

// The multiples of the golden ratio are spread as evenly as can be, however many of them are taken.
Duration first_probe_delay(const HealthSpec& spec, std::uint32_t index, std::size_t count) {
  constexpr std::uint32_t kGolden = 2'654'435'769;  // 2^32 / 1.618...
  constexpr double kWhole = 4'294'967'296.0;
  const Duration most = std::min<Duration>(spec.interval, std::chrono::seconds{1});
  const Duration spread = std::min<Duration>(most, std::chrono::milliseconds{count - 1});
  return Duration{static_cast<std::int64_t>(static_cast<double>(spread.count()) * (index * kGolden / kWhole))};
}

std::string health_text(const HealthRecord& record) {
  if (record.verdict != Health::unhealthy) return std::string(enum_name(record.verdict));
  // On its way back: the failures that made it so are not in a row any more.
  if (record.failures == 0) return fmt::format("unhealthy ({})", record.last_failure);
  return fmt::format("unhealthy ({}: {})", counted(record.failures, "failure"), record.last_failure);
}

}  // namespace sup
