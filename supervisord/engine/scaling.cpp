// How services and instances come and go while the others live on.
//
// A newcomer is related to what it needs, wanted up, and only then to those who need it: so nobody who is up loses a
// requirement because another instance of it has just been added. What is to go is *vanishing*: it is stopped like any
// other and leaves when it rests. Scaling down frees its users first, for they keep the other instances; the removal of
// a service takes them down with it.
#include <algorithm>
#include <iterator>
#include <utility>

#include "base/check.hpp"
#include "engine/engine.hpp"
#include "engine/population.hpp"

namespace sup {

// What a scaling means for the instances of one service.
struct Engine::Resizing {
  ServiceId service = kNoService;   // None: there is nothing to scale.
  std::vector<InstanceId> coming;   // New, or called back while they were leaving.
  std::vector<InstanceId> leaving;  // The highest numbers.
  bool is_up = false;               // The service is wanted up.
};

void Engine::handle(const ServiceAdded& event) {
  if (find_service(w_, event.service->name)) return open_change(event.start, CommandKind::start, {});
  const ServiceId service = add_service(w_, event.service);
  std::vector<InstanceId> newcomers;
  for (std::uint32_t n = 0; n < event.instances; ++n) newcomers.push_back(add_instance(w_, service));
  const bool is_wanted = event.start != ChangeId{};
  open_change(event.start, CommandKind::start, newcomers);
  if (is_wanted && is_shutting_down_) changes_.refuse(w_, event.start, "supervisord is shutting down");
  link_needs(w_, service);
  refresh(newcomers);
  if (is_wanted && !is_shutting_down_) start(newcomers, Input::want_up);
  admit(service, newcomers);
}

void Engine::handle(const ServiceRemoved& event) {
  const auto found = find_service(w_, event.name);
  if (!found) return open_change(event.stop, CommandKind::stop, {});
  const std::vector<InstanceId> all = w_.service(*found).instances;
  open_change(event.stop, CommandKind::stop, all);
  remove(*found);
  take_along(event.stop, stop(all));
}

void Engine::handle(const Scaled& event) {
  if (is_shutting_down_) {
    open_change(event.change, CommandKind::scale, {});
    return;
  }
  std::vector<Resizing> resizings;
  std::vector<InstanceId> targets;
  for (const Scaling& scaling : event.scalings) {
    const Resizing& made = resizings.emplace_back(resize(scaling));
    targets.insert(targets.end(), made.coming.begin(), made.coming.end());
    targets.insert(targets.end(), made.leaving.begin(), made.leaving.end());
  }
  open_change(event.change, CommandKind::scale, std::move(targets));
  may_relate_anew_ = true;  // Who is called back leaves no more.
  renew_relations();
  for (const Resizing& r : resizings) {
    if (r.service == kNoService) continue;
    for (const InstanceId id : r.coming) renew_definition(id);  // Who is called back may live by an earlier one.
    link_needs(w_, r.service);
    refresh(r.coming);
    if (r.is_up) start(r.coming, Input::want_up);
    admit(r.service, r.coming);
    // Those that name the service among their conflicts conflict with these only now.
    std::vector<Companion> gone;
    for (const InstanceId id : r.coming) make_way(id, gone);
    dismiss(r.leaving);
  }
}

// Makes the instances that are missing, and says who comes and who leaves.
Engine::Resizing Engine::resize(const Scaling& scaling) {
  const auto found = find_service(w_, scaling.service);
  if (!found || w_.service(*found).is_vanishing) return {};
  Resizing out{.service = *found, .coming = {}, .leaving = {}};
  const std::vector<InstanceId> before = w_.service(*found).instances;
  const auto is_here = [this](InstanceId id) { return w_.at(id).presence == Presence::here; };
  out.is_up = std::ranges::none_of(before, is_here) ||
              std::ranges::any_of(before, [&](InstanceId id) { return is_here(id) && w_.at(id).goal == Goal::up; });
  for (std::size_t n = 0; n < std::max<std::size_t>(before.size(), scaling.instances); ++n) {
    const InstanceId id = n < before.size() ? before[n] : add_instance(w_, *found);
    if (n >= scaling.instances) {
      if (is_here(id)) out.leaving.push_back(id);
      show_out(w_, id);
      continue;
    }
    if (n >= before.size() || !is_here(id)) out.coming.push_back(id);
    w_.edit(id).presence = Presence::here;
  }
  if (!out.leaving.empty()) note_vanishing(*found);
  return out;
}

// Those who need the service need these, too, from now on.
void Engine::admit(ServiceId service, const std::vector<InstanceId>& newcomers) {
  if (newcomers.empty()) return;
  link_users(w_, service);
  for (const InstanceId id : newcomers) {
    const Relations& relations = *w_.graph[id.value];
    std::vector<InstanceId> neighbours = relations.required_by;
    neighbours.insert(neighbours.end(), relations.followed_by.begin(), relations.followed_by.end());
    neighbours.insert(neighbours.end(), relations.requires_.begin(), relations.requires_.end());
    neighbours.insert(neighbours.end(), relations.follows.begin(), relations.follows.end());
    neighbours.insert(neighbours.end(), relations.conflicts.begin(), relations.conflicts.end());
    refresh(neighbours);
  }
  refresh(newcomers);
}

// The service leaves as soon as all of it rests.
void Engine::remove(ServiceId id) {
  ServiceSlot& service = w_.services[id.value];
  service.is_vanishing = true;
  for (const InstanceId one : service.instances) show_out(w_, one);
  note_vanishing(id);
}

// The highest number is told first.
void Engine::dismiss(std::vector<InstanceId> ids) {
  std::ranges::reverse(ids);
  std::vector<InstanceId> users;
  for (const InstanceId id : ids) std::ranges::copy(unlink_users(w_, id), std::back_inserter(users));
  refresh(ids);  // First, since a user queues all that it still needs.
  refresh(users);
  (void)stop(ids);  // Nobody requires them any more.
}

void Engine::note_vanishing(ServiceId service) {
  if (std::ranges::find(vanishing_, service) == vanishing_.end()) vanishing_.push_back(service);
}

void Engine::open_change(ChangeId id, CommandKind kind, std::vector<InstanceId> targets) {
  if (id == ChangeId{}) return;
  std::ranges::sort(targets);
  targets.erase(std::ranges::unique(targets).begin(), targets.end());
  touched_.insert(touched_.end(), targets.begin(), targets.end());
  changes_.open(w_, {.change = id, .kind = kind, .targets = std::move(targets), .signal = {}});
}

bool Engine::has_had_its_time(InstanceId id) const {
  const Instance& i = w_.at(id);
  switch (w_.definition(i)->transience) {
    case Transience::none: return false;
    case Transience::until_stopped: return i.state == State::stopped;
    case Transience::until_success: return i.state == State::completed || i.state == State::stopped;
    case Transience::until_end: return is_resting(i.state);
  }
  return false;
}

// A transient service goes when all its instances have had their time.
void Engine::remove_ended() {
  for (const InstanceId id : std::exchange(ended_, {})) {
    const ServiceSlot& service = w_.service(w_.at(id).service);
    const auto is_over = [this](InstanceId one) { return has_had_its_time(one); };
    if (std::ranges::all_of(service.instances, is_over)) remove(w_.at(id).service);
  }
}

// Replaces those whose turn has come in a rolling restart. Returns whether there were any.
bool Engine::roll_on() {
  if (is_shutting_down_) return false;
  const std::vector<Turn> turns = changes_.next_turns(w_);
  std::vector<InstanceId> next;
  for (const Turn& turn : turns)
    if (std::ranges::find(next, turn.instance) == next.end()) next.push_back(turn.instance);
  // What is joining has no run of its own left: it comes up again after its children.
  std::vector<InstanceId> joining;
  for (const InstanceId id : next)
    if (w_.at(id).state == State::joining) joining.push_back(id);
  std::erase_if(next, [this](InstanceId id) { return w_.at(id).state == State::joining; });
  start(joining, Input::want_restart);
  start(next, Input::want_replace);
  changes_.begin(turns);
  return !turns.empty();
}

// They have got or lost neighbours.
void Engine::refresh(const std::vector<InstanceId>& ids) {
  for (const InstanceId id : ids) recount(w_, id);
  for (const InstanceId id : ids) {
    enqueue(id);
    touched_.push_back(id);
    for (const InstanceId changed : publish(w_, id)) {
      touched_.push_back(changed);
      enqueue_neighbours(changed);
    }
  }
}

// Those that vanish and rest leave, the highest numbers first. A shutdown ends with all that was there: their last ends
// are worth keeping.
void Engine::let_go() {
  if (vanishing_.empty() || is_shutting_down_) return;
  const auto may_leave = [this](const ServiceSlot& s) {
    return !s.instances.empty() && w_.at(s.instances.back()).presence == Presence::vanishing &&
           is_resting(w_.at(s.instances.back()).state);
  };
  std::erase_if(vanishing_, [&](ServiceId id) {
    const ServiceSlot& service = w_.service(id);
    while (may_leave(service)) vacate(service.instances.back());
    if (service.instances.empty() && service.is_vanishing) {
      retire(w_, id);
      std::erase(relating_anew_, id);
      leavers_.services.push_back(id);
    }
    return service.instances.empty() || w_.at(service.instances.back()).presence == Presence::here;
  });
  settle();
}

void Engine::vacate(InstanceId id) {
  changes_.drop(w_, id);
  CHECK(w_.at(id).deadline == kNever);
  const std::vector<InstanceId> neighbours = leave(w_, id);
  std::erase(line_, id);
  std::erase(queue_, id);
  leavers_.instances.push_back(id);
  w_.effects.emplace_back(InstanceVacated{id});
  refresh(neighbours);
}

}  // namespace sup
