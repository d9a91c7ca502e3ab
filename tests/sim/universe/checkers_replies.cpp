// Changes: each ends exactly once, and its reply is true.
#include <fmt/format.h>

#include <algorithm>

#include "sim/universe/checkers.hpp"

namespace sup::sim {
namespace {

Complaint change_once(const Scene& scene, const Effect& effect) {
  const auto* e = std::get_if<ChangeDone>(&effect);
  if (e == nullptr) return std::nullopt;
  const auto it = scene.changes.find(e->change);
  if (it == scene.changes.end()) return fmt::format("change {} ends, but is not open", e->change.value);
  if (it->second.is_forgotten) return fmt::format("change {} ends, but was forgotten", e->change.value);
  return std::nullopt;
}

// What was taken along requires what it says, which the change names or has taken along, too; or it conflicts with what
// it says.
Complaint change_companions(const Scene& scene, const Effect& effect) {
  const auto* e = std::get_if<ChangeDone>(&effect);
  if (e == nullptr) return std::nullopt;
  // When nothing that was named came to what was asked, the change does not wait for the rest.
  const bool is_whole = std::ranges::any_of(e->results, [](const TargetResult& result) {
    return result.along_with == kNoInstance && result.outcome == Outcome::done;
  });
  const auto change = scene.changes.find(e->change);
  const bool is_upward = change != scene.changes.end() && (change->second.command.kind == CommandKind::start ||
                                                           change->second.command.kind == CommandKind::restart);
  for (const TargetResult& result : e->results) {
    const auto it = scene.changes.find(e->change);
    const bool is_gone = it != scene.changes.end() &&
                         (it->second.gone.contains(result.instance) || it->second.gone.contains(result.along_with));
    if (result.along_with == kNoInstance || is_gone) continue;
    const auto& needs = scene.links[result.instance.value].needs;
    const auto& conflicts = scene.links[result.instance.value].conflicts;
    const bool gives_way = result.along == Along::gives_way;
    const bool is_conflict = gives_way && std::ranges::find(conflicts, result.along_with) != conflicts.end();
    const bool is_required = std::ranges::find(needs, result.along_with) != needs.end();
    const bool is_told = std::ranges::count(e->results, result.along_with, &TargetResult::instance) == 1;
    const bool is_once = std::ranges::count(e->results, result.instance, &TargetResult::instance) == 1;
    // What went down with something that gave way, and came up again for another target, stays down.
    const bool is_aside = is_upward && (is_resting(result.state) || result.outcome != Outcome::done);
    const bool is_justified = gives_way ? is_conflict : is_required && (is_told || is_aside || !is_whole);
    if (!is_justified || !is_once)
      return fmt::format("change {} took {} along for no reason", e->change.value, scene.name(result.instance));
  }
  return std::nullopt;
}

Complaint change_targets(const Scene& scene, const Effect& effect) {
  const auto* e = std::get_if<ChangeDone>(&effect);
  const auto it = e == nullptr ? scene.changes.end() : scene.changes.find(e->change);
  if (it == scene.changes.end()) return std::nullopt;
  const CommandGiven& command = it->second.command;
  std::vector<InstanceId> wanted = command.targets;
  std::ranges::sort(wanted);
  wanted.erase(std::ranges::unique(wanted).begin(), wanted.end());
  std::vector<InstanceId> told;
  for (const TargetResult& result : e->results)
    if (result.along_with == kNoInstance) told.push_back(result.instance);
  if (told == wanted) return std::nullopt;
  // A wait may know its answer before all its targets do.
  const Outcome decisive = command.wait_mode == WaitMode::any ? Outcome::done : Outcome::failed;
  const bool is_decided = std::ranges::count(e->results, decisive, &TargetResult::outcome) > 0;
  if (command.kind == CommandKind::wait && is_decided && std::ranges::includes(wanted, told)) return std::nullopt;
  return fmt::format("change {} has {} results for {} targets", e->change.value, told.size(), wanted.size());
}

bool is_true_of_wait(WaitFor wait_for, const TargetResult& result, const Seen& s) {
  switch (wait_for) {
    case WaitFor::ready:
      return is_serving(result.state) || result.state == State::completed || result.state == State::joining;
    case WaitFor::healthy: return is_serving(result.state) && s.was_well;
    case WaitFor::exited: return s.has_left;
    case WaitFor::stopped: return is_resting(result.state);
    case WaitFor::completed: return result.state == State::completed;
  }
  return false;
}

// A stop fails only for what is alive in spite of a KILL that had some time, and names it; and when all is over.
bool is_true_of_failed_stop(const Scene& scene, const OpenChange& change, const TargetResult& result) {
  if (scene.shutdown != ShutdownReason::none && result.cause == "supervisord exits") return true;
  const auto& survival = scene.seen[result.instance.value].survival;
  return result.state == State::killing && survival && survival->until >= change.since &&
         result.cause == survival->what;
}

// What was done has been reached, and what has failed says why.
bool is_true(const Scene& scene, const OpenChange& change, const TargetResult& result) {
  const CommandGiven& command = change.command;
  const Seen& s = scene.seen[result.instance.value];
  const bool is_done = result.outcome == Outcome::done;
  const bool is_up = is_serving(result.state) || result.state == State::completed || result.state == State::joining;
  const bool is_target = result.along_with == kNoInstance;
  const bool has_no_run = !has_process(scene.spec(result.instance));
  switch (command.kind) {
    case CommandKind::start: return !is_done || (is_target ? is_up : is_resting(result.state));
    case CommandKind::restart:
    case CommandKind::roll:
      if (!is_done || (!is_target && is_resting(result.state))) return true;
      return is_up && (!is_target || has_no_run || s.run > change.runs_before[result.instance.value]);
    case CommandKind::stop:
    case CommandKind::kill:
      if (is_done) return is_resting(result.state);
      return result.outcome != Outcome::failed || is_true_of_failed_stop(scene, change, result);
    case CommandKind::reload:
      if (!is_done) return !result.cause.empty();
      return result.state == State::running;
    case CommandKind::pause: return is_done == (result.state == State::paused);
    case CommandKind::resume: return is_done == (result.state == State::running);
    case CommandKind::signal: return true;
    case CommandKind::scale: return !is_done || is_up || is_resting(result.state);
    case CommandKind::wait: return !is_done || is_true_of_wait(command.wait_for, result, s);
  }
  return false;
}

Complaint change_result(const Scene& scene, const Effect& effect) {
  const auto* e = std::get_if<ChangeDone>(&effect);
  const auto it = e == nullptr ? scene.changes.end() : scene.changes.find(e->change);
  if (it == scene.changes.end()) return std::nullopt;
  const CommandKind kind = it->second.command.kind;
  for (const TargetResult& result : e->results) {
    const bool is_upward = kind == CommandKind::start || kind == CommandKind::restart || kind == CommandKind::roll;
    if (it->second.gone.contains(result.instance)) continue;
    const bool is_explained = !is_upward || result.outcome == Outcome::done || !result.cause.empty();
    if (!is_explained || !is_true(scene, it->second, result))
      return fmt::format("change {}: {} for {}, which is {}, is not true or not explained", e->change.value,
                         enum_name(result.outcome), scene.name(result.instance), enum_name(result.state));
  }
  return std::nullopt;
}

constexpr EffectChecker kCheckers[] = {
    {"change-once", change_once},
    {"change-targets", change_targets},
    {"change-companions", change_companions},
    {"change-result", change_result},
};

}  // namespace

std::span<const EffectChecker> reply_checkers() { return kCheckers; }

}  // namespace sup::sim
