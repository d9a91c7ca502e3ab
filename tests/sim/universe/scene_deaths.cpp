// Scene: the manager has died, and the next one goes on: what is known from outside stays, and who was asked has gone.
#include "sim/universe/scene.hpp"

namespace sup::sim {

void Scene::outlive(const Moved& to) {
  to.move_slots(seen);
  to.move_slots(members);
  to.move_slots(links);
  for (Links& of : links) {
    for (auto* list : {&of.needs, &of.needed_by, &of.comes_after, &of.comes_before, &of.renewed_by, &of.conflicts,
                       &of.binds_to, &of.children})
      to.move(*list);
    to.move_keys(of.needs_until);
    to.move_keys(of.after_until);
    if (of.parent) of.parent = to(*of.parent);
  }
  recall_relations();
  to.move(last);
  if (shutdown_by) shutdown_by = to(*shutdown_by);
  last_changed = to(last_changed);
  changes.clear();
  rolled.clear();
  farewells.clear();
  moves_again.clear();
  for (Seen& s : seen) {
    s.is_probed = s.is_ready_awaited = false;
    if (is_serving(s)) s.life_due = s.watchdog > Duration{} ? now + s.watchdog : kNever;
  }
  owed.clear();
}

void Scene::note_owed(const Effect& effect) {
  owed.push_back(effect);
  if (const auto* e = std::get_if<AwaitReady>(&effect)) see(*e);
  if (const auto* e = std::get_if<AskHealth>(&effect)) see(*e);
}

}  // namespace sup::sim
