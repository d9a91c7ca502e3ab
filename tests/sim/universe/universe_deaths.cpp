// Universe: the manager dies, and another one goes on where the records end. Records are those that the engine said
// were to be made, so one that it forgot is an old one now.
#include <fmt/format.h>

#include <span>
#include <utility>

#include "sim/universe/trace.hpp"
#include "sim/universe/universe.hpp"

namespace sup::sim {
namespace {

SpecSet definitions_of(const World& w) {
  SpecSet out{.daemon = w.daemon, .services = {}, .groups = w.groups, .files = w.files};
  for (const ServiceId id : w.by_name) out.services.push_back(*w.service(id).definition);
  return out;
}

}  // namespace

// After each step, before its effects.
void Universe::keep_records() {
  if (!fate_.is_mortal()) return;
  for (const InstanceId id : engine_.take_dirty()) {
    const World& w = engine_.world();
    records_.erase(id);
    formers_.erase(id);
    if (auto record = engine_.record_of(id)) records_.emplace(id, std::move(*record));
    if (w.is_present(id) && is_stale(w, w.at(id)))
      formers_.emplace(id, FormerDefinition{recorded_name(w, id), w.at(id).definition});
  }
}

Moved Universe::live_again() {
  const World& w = engine_.world();
  std::vector<std::string> names;
  for (const Instance& i : w.instances) names.push_back(recorded_name(w, w.id(i)));
  std::vector<InstanceRecord> records;
  for (const auto& [id, record] : records_) {
    if (record != engine_.record_of(id)) complain("recorded", fmt::format("{} has changed unnoted", record.service));
    records.push_back(record);
  }
  std::vector<FormerDefinition> formers = engine_.former_relations();
  for (const Instance& i : w.present()) {
    const auto it = formers_.find(w.id(i));
    const bool is_right =
        is_stale(w, i) ? it != formers_.end() && it->second.definition == i.definition : it == formers_.end();
    if (!is_right) complain("recorded", fmt::format("{} lives by another definition unnoted", w.name(i)));
    if (it != formers_.end()) formers.push_back(it->second);
  }
  EngineRecord record = engine_.record();
  if (mutation_.record != nullptr) mutation_.record(record, records);
  if (mutation_.remember != nullptr) mutation_.remember(formers);
  Engine next(definitions_of(w), ~record.chance);
  const auto orphans = next.recover(engine_time(now_), record, std::move(records), formers);
  if (!orphans.empty()) complain("orphans", fmt::format("nobody knows {}", orphans.front().service));
  if (mutation_.wake != nullptr) mutation_.wake(next, engine_time(now_));
  engine_ = std::move(next);
  records_.clear();
  formers_.clear();
  return {names, engine_.world()};
}

// Some of what waits to be carried out is.
Moved Universe::die() {
  write_down("---- the manager dies ----");
  is_dying_ = false;
  const std::vector<Effect> waiting = std::exchange(waiting_, {});
  const auto done = dice_.below(static_cast<std::uint32_t>(waiting.size()) + 1);
  for (const Effect& effect : std::span(waiting).first(done)) obey(effect);
  scene_.begin_step(nullptr, now_);
  const Moved moved = live_again();
  cast_.outlive(moved);
  kernel_.outlive(moved, engine_.world());
  scene_.outlive(moved);
  scene_.meet();
  keep_records();
  std::vector<Effect> owed;
  for (Effect& effect : engine_.take_effects()) {
    if (mutation_.tell_again != nullptr)
      mutation_.tell_again(tamper_, std::move(effect), owed);
    else
      owed.push_back(std::move(effect));
  }
  for (const Effect& effect : owed) {
    if (tracing_ == Tracing::on) write_down("    again: " + describe(cast_, effect));
    judge(recovery_checkers(), effect);
    scene_.note_owed(effect);
    obey(effect);
  }
  scene_.end_step();
  judge(recovered_checkers());
  const bool is_due = engine_.next_deadline().value_or(kNever) <= engine_time(now_);  // It fires with the next step.
  if (!is_due) judge_step();
  return moved;
}

// What of the events has to come again comes to the next one, or to the one after that.
void Universe::die(std::vector<Event>& events) {
  std::erase_if(events, [](const Event& event) { return !is_told_again(event); });
  do {
    const Moved moved = die();
    std::erase_if(events, [&](Event& event) { return !moved.move(event); });
  } while (!violation_ && fate_.dies_at_once());
}

}  // namespace sup::sim
