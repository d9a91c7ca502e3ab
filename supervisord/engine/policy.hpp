// The restart policy as pure questions: table guards, `explain` and tests ask the same functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/exit_status.hpp"
#include "base/time.hpp"
#include "spec/service_spec.hpp"

namespace sup {

// How a run ended, as the policy sees it: nothing means that it could not be started at all.
using RunEnd = std::optional<ExitStatus>;

// `restart.when` with "auto" decided: never for a oneshot or with on-exit = "shutdown", else always.
[[nodiscard]] RestartWhen effective_when(const ServiceSpec& spec);

// Whether the end counts as success (success-codes, 128+n for signals). A failed start never does.
[[nodiscard]] bool is_success(const ServiceSpec& spec, RunEnd end);

// Whether the policy wants another run after this end, its bound on attempts aside.
[[nodiscard]] bool wants_restart(const ServiceSpec& spec, RunEnd end);

// Whether `max` restarts within `within` have been made already; `restarts` are their moments, oldest first.
[[nodiscard]] bool is_exhausted(const RestartSpec& policy, std::span<const Instant> restarts, Instant now);

// Whether a run of this length starts the counting of restarts in a row afresh.
[[nodiscard]] bool is_good_run(const RestartSpec& policy, Duration length);

// The wait before restart number `in_row` + 1 in a row: delay * factor^in_row, at most max-delay, made longer by the
// random fraction `chance` (0 to 1) of the jitter.
[[nodiscard]] Duration restart_delay(const RestartSpec& policy, std::uint32_t in_row, double chance);

// What the policy does after an end, in words of the state that follows.
enum class AfterEnd : std::uint8_t { restart, exhausted, complete, fail };
[[nodiscard]] AfterEnd after_end(const ServiceSpec& spec, RunEnd end, std::span<const Instant> restarts, Instant now);

}  // namespace sup
