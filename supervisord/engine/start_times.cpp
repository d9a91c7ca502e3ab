#include "engine/start_times.hpp"

#include <algorithm>
#include <tuple>

#include "engine/world.hpp"

namespace sup {
namespace {

// When the other had come as far as the terms ask.
Instant moment_of(const Instance& other, Until until) {
  switch (until) {
    case Until::started: return other.start.spawned;
    case Until::completed: return other.state == State::completed ? other.since : kNever;
    case Until::ready:
    case Until::healthy: return other.start.ended;  // At least.
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

bool is_under_way(const Instance& i) {
  return i.state == State::waiting || i.state == State::starting || i.state == State::backoff;
}

// Nobody else waits for it, as far as those go that it holds.
bool is_last_of_its_chain(const World& w, const Instance& i) {
  const auto waits = [&](InstanceId other) { return w.at(other).state == State::waiting; };
  const Relations& relations = w.relations(i);
  return std::ranges::none_of(relations.required_by, waits) && std::ranges::none_of(relations.followed_by, waits);
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

InstanceId holder_of(const World& w, const Instance& i) {
  if (i.state != State::waiting) return is_remembered(w, i) ? i.start.held_by : kNoInstance;
  for (const InstanceId other : waited_for(w, i))
    if (is_under_way(w.at(other))) return other;
  return kNoInstance;
}

std::vector<InstanceId> critical_chain(const World& w, InstanceId id) {
  std::vector<InstanceId> chain{id};
  // The relations have no cycle, but they may have been others when each of these starts was made.
  while (chain.size() < w.instances.size()) {
    const InstanceId next = holder_of(w, w.at(chain.back()));
    if (next == kNoInstance) break;
    chain.push_back(next);
  }
  return chain;
}

std::optional<InstanceId> last_to_start(const World& w) {
  const auto place_of = [&](const Instance& i) {
    return std::tuple(i.start.ended, i.start.allowed, is_last_of_its_chain(w, i));
  };
  std::optional<InstanceId> last;
  for (const Instance& i : w.present())
    if (began_at_boot(w, i) && (!last || place_of(i) > place_of(w.at(*last)))) last = w.id(i);
  return last;
}

}  // namespace sup
