#include "engine/start_times.hpp"

#include <algorithm>

#include "engine/world.hpp"

namespace sup {
namespace {

// When the other had come as far as the terms ask.
Instant moment_of(const Instance& other, Until until) {
  switch (until) {
    case Until::started: return other.start.spawned;
    case Until::completed: return other.state == State::completed ? other.since : kNever;
    case Until::ready: return other.start.ended;
  }
  return kNever;
}

struct Latest {
  InstanceId who = kNoInstance;
  Instant moment{};
};

void look_at(const World& w, const Instance& i, InstanceId other, Until until, Latest& latest) {
  const Instant moment = moment_of(w.at(other), until);
  if (moment < i.start.asked || moment > i.start.allowed) return;
  if (latest.who == kNoInstance || moment > latest.moment) latest = {other, moment};
}

// Of all that it starts after, what came last, if that was after it was asked up.
InstanceId last_awaited(const World& w, const Instance& i) {
  const Relations& relations = w.relations(i);
  Latest latest;
  for (const InstanceId other : relations.requires_)
    look_at(w, i, other, terms_of(relations.terms, other).until, latest);
  for (const InstanceId other : relations.follows)
    look_at(w, i, other, terms_of(relations.order_terms, other).until, latest);
  return latest.who;
}

// Whether the start that held this one is still the last of that instance.
bool is_remembered(const World& w, const Instance& i) {
  const InstanceId by = i.start.held_by;
  return w.is_present(by) && w.at(by).start.asked <= i.start.allowed;
}

}  // namespace

void note_start(World& w, Instance& i, State from) {
  if (i.state == State::waiting) i.start = {.asked = w.now};
  if (from == State::waiting && is_live(i.state)) {
    i.start.allowed = w.now;
    i.start.held_by = last_awaited(w, i);
  }
  const bool was_under_way = from == State::waiting || from == State::starting;
  if (!was_under_way || i.state == State::starting) return;
  i.start.ended = w.now;
  i.start.is_ready = i.state == State::running || i.state == State::completed;
}

bool began_at_boot(const World& w, const Instance& i) { return i.start.asked == w.booted_at; }

std::vector<InstanceId> critical_chain(const World& w, InstanceId id) {
  std::vector<InstanceId> chain{id};
  // The relations have no cycle, but they may have been others when each of these starts was made.
  while (chain.size() < w.instances.size() && is_remembered(w, w.at(chain.back())))
    chain.push_back(w.at(chain.back()).start.held_by);
  return chain;
}

std::optional<InstanceId> last_to_start(const World& w) {
  std::optional<InstanceId> last;
  for (const Instance& i : w.present()) {
    if (!began_at_boot(w, i) || i.start.ended == kNever) continue;
    const auto end_of = [](const Instance& some) { return std::pair(some.start.ended, some.start.allowed); };
    if (!last || end_of(i) > end_of(w.at(*last))) last = w.id(i);
  }
  return last;
}

}  // namespace sup
