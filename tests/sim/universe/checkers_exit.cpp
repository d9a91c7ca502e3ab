// The end of everything: why, when, with which code, and nothing after it.
#include <fmt/format.h>

#include <algorithm>

#include "sim/universe/checkers.hpp"

namespace sup::sim {
namespace {

Complaint silence(const Scene& scene, const Effect&) {
  if (!scene.finished) return std::nullopt;
  return "there is an effect after Finished";
}

Complaint shutdown_reason(const Scene& scene, const Effect& effect) {
  if (!std::holds_alternative<ShutdownBegun>(effect)) return std::nullopt;
  if (scene.shutdown != ShutdownReason::none) return "the shutdown begins twice";
  if (scene.shutdown_by || scene.is_shutdown_asked || is_all_done(scene)) return std::nullopt;
  return "a shutdown without reason";
}

// The service whose end decides the code.
std::optional<InstanceId> source_of_code(const Scene& scene) {
  // The first that failed by itself, else the first that missed something.
  const auto rank = [&](InstanceId id) {
    const Seen& s = scene.seen[id.value];
    return std::pair{s.row->input == Input::requirement_lost, s.state_since};
  };
  const auto first_failed = [&](const std::vector<InstanceId>& among) {
    std::optional<InstanceId> first;
    for (const InstanceId id : among)
      if (scene.seen[id.value].state == State::failed && (!first || rank(id) < rank(*first))) first = id;
    return first;
  };
  if (!scene.daemon.exit_code_from.empty()) {
    const std::vector<InstanceId> named = scene.members_of(scene.daemon.exit_code_from);
    const auto failed = first_failed(named);
    return failed || named.empty() ? failed : named.front();
  }
  if (scene.shutdown != ShutdownReason::done) return scene.shutdown_by;
  std::vector<InstanceId> work = scene.all();
  std::erase_if(work, [&](InstanceId id) { return scene.spec(id).daemon; });
  return first_failed(work);
}

int code_of(const Seen& s) {
  const bool has_failed = s.state == State::failed;
  if (has_failed && s.row->input == Input::requirement_lost) return 1;
  if (!s.has_ended || s.was_told_to_end) return 0;
  if (!s.end) return 1;
  const int code = s.end->signal != 0 ? 128 + s.end->signal : s.end->code;
  return has_failed && code == 0 ? 1 : code;
}

Complaint exit_code(const Scene& scene, const Effect& effect) {
  const auto* e = std::get_if<Finished>(&effect);
  if (e == nullptr) return std::nullopt;
  const auto source = source_of_code(scene);
  const int expected = source ? code_of(scene.seen[source->value]) : 0;
  if (e->exit_code == expected) return std::nullopt;
  return fmt::format("the exit code is {}, but should be {}{}", e->exit_code, expected,
                     source ? " because of " + scene.name(*source) : "");
}

// Either all rests, or patience is over and those that are alive are named.
Complaint survivors(const Scene& scene, const Effect& effect) {
  const auto* e = std::get_if<Finished>(&effect);
  if (e == nullptr) return std::nullopt;
  std::vector<InstanceId> alive;
  for (const InstanceId id : scene.all())
    if (!is_resting(scene.seen[id.value].state)) alive.push_back(id);
  if (alive != e->survivors) return fmt::format("{} are alive, {} are named", alive.size(), e->survivors.size());
  const bool is_patience_over = scene.killed_since != kNever && scene.now >= scene.killed_since + kSurvivorGrace;
  if (alive.empty() || is_patience_over) return std::nullopt;
  return "it leaves before its patience is over";
}

Complaint shutdown_first(const Scene& scene, const Effect& effect) {
  if (!std::holds_alternative<Finished>(effect) || scene.shutdown != ShutdownReason::none) return std::nullopt;
  return "it is finished without a shutdown";
}

constexpr EffectChecker kCheckers[] = {
    {"silence", silence},     {"shutdown-reason", shutdown_reason}, {"exit-code", exit_code},
    {"survivors", survivors}, {"shutdown-first", shutdown_first},
};

}  // namespace

std::span<const EffectChecker> exit_checkers() { return kCheckers; }

}  // namespace sup::sim
