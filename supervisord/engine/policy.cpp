#include "engine/policy.hpp"

#include <algorithm>

namespace sup {

RestartWhen effective_when(const ServiceSpec& spec) {
  if (spec.restart.when != RestartWhen::automatic) return spec.restart.when;
  const bool ends_by_design = spec.type == ServiceType::oneshot || spec.on_exit == OnExit::shutdown;
  return ends_by_design ? RestartWhen::never : RestartWhen::always;
}

bool is_success(const ServiceSpec& spec, RunEnd end) {
  return end.has_value() && std::ranges::find(spec.success_codes, end->as_code()) != spec.success_codes.end();
}

bool wants_restart(const ServiceSpec& spec, RunEnd end) {
  switch (effective_when(spec)) {
    case RestartWhen::always: return true;
    case RestartWhen::on_failure: return !is_success(spec, end);
    case RestartWhen::never:
    case RestartWhen::automatic: return false;
  }
  return false;
}

bool is_exhausted(const RestartSpec& policy, std::span<const Instant> restarts, Instant now) {
  if (!policy.max.count) return false;
  const auto in_window = std::ranges::count_if(restarts, [&](Instant moment) { return now - moment < policy.within; });
  return std::cmp_greater_equal(in_window, *policy.max.count);
}

bool is_good_run(const RestartSpec& policy, Duration length) { return length >= policy.reset_after; }

namespace {

// pow(3) would be all that is needed of the library of mathematics, which costs each process 0.2 MB.
double power(double base, std::uint32_t exponent) {
  double out = 1.0;
  for (; exponent != 0; exponent >>= 1, base *= base)
    if ((exponent & 1) != 0) out *= base;
  return out;
}

}  // namespace

Duration restart_delay(const RestartSpec& policy, std::uint32_t in_row, double chance) {
  if (policy.delay <= Duration{0}) return Duration{0};  // 0 times an infinite power is no number.
  const double limit = static_cast<double>(std::max(policy.max_delay, Duration{0}).count());
  const double grown = static_cast<double>(policy.delay.count()) * power(policy.factor, in_row);
  const double bounded = std::min(grown, limit);  // min also tames an infinite power
  return Duration{static_cast<Duration::rep>(bounded * (1.0 + policy.jitter * chance))};
}

AfterEnd after_end(const ServiceSpec& spec, RunEnd end, std::span<const Instant> restarts, Instant now) {
  if (wants_restart(spec, end))
    return is_exhausted(spec.restart, restarts, now) ? AfterEnd::exhausted : AfterEnd::restart;
  return is_success(spec, end) ? AfterEnd::complete : AfterEnd::fail;
}

}  // namespace sup
