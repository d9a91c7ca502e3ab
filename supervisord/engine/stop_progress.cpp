#include "engine/stop_progress.hpp"

#include <algorithm>

#include "base/signals.hpp"

namespace sup {
namespace {

// The time of all stop steps from this one on.
Duration patience_from(const ServiceSpec& spec, std::size_t step) {
  Duration out{};
  for (; step < spec.stop->steps.size(); ++step) out += spec.stop->steps[step].wait;
  return out;
}

// By a stop step. A hook before the start gets only the first one's signal, and then KILL.
StopProgress in_steps(const World& w, const Instance& i) {
  const ServiceSpec& spec = w.spec(i);
  const StopStep& step = spec.stop->steps[i.stop_step];
  const bool is_by_command = i.phase == Phase::steps && !i.main_is_gone && !step.command.argv.empty();
  StopProgress out;
  if (is_by_command)
    out.command = step.command.argv.front();
  else if (i.told_at != kNever)
    out.signal = signal_name(step.signal);
  const bool is_last = i.phase == Phase::pre_start;
  out.kill_at = i.deadline + (is_last ? Duration{} : patience_from(spec, i.stop_step + std::size_t{1}));
  return out;
}

std::optional<StopProgress> progress(const World& w, const Instance& i) {
  if (i.state == State::killing)
    return StopProgress{.signal = "KILL", .command = {}, .told_at = i.since, .kill_at = {}};
  if (i.state != State::stopping || i.deadline == kNever) return std::nullopt;
  if (i.phase == Phase::abort)
    return StopProgress{.signal = signal_name(w.spec(i).watchdog_signal),
                        .command = {},
                        .told_at = i.told_at,
                        .kill_at = i.deadline + patience_from(w.spec(i), 0)};
  // Its KILL is repeated, and each time moves the deadline.
  const bool is_killed_hook = i.phase == Phase::pre_start && i.deadline > i.told_at + w.spec(i).stop->steps[0].wait;
  if ((i.phase != Phase::steps && i.phase != Phase::pre_start) || is_killed_hook) return std::nullopt;
  StopProgress out = in_steps(w, i);
  out.told_at = i.told_at;
  return out;
}

}  // namespace

std::optional<StopProgress> stop_progress(const World& w, const Instance& i, Instant latest) {
  std::optional<StopProgress> out = progress(w, i);
  if (out && out->kill_at) out->kill_at = std::min({*out->kill_at, i.stop_by, latest});
  return out;
}

}  // namespace sup
