#include "engine/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "engine/transitions.hpp"

namespace sup {

World::World(SpecSet the_set, std::uint64_t seed) : set(std::move(the_set)), graph(build_graph(set)), chance(seed) {
  instances.resize(set.services.size());
  rows_taken.resize(transitions().size());
  for (std::uint32_t index = 0; index < instances.size(); ++index) instances[index].service = index;
}

RunEnd last_end(const Instance& i) { return i.last_kind == EndKind::exited ? RunEnd{i.last_status} : std::nullopt; }

bool is_ready(const World& w, const Instance& i) {
  switch (w.spec(i).type) {
    case ServiceType::simple: return i.state == State::running && !i.is_leaving;
    case ServiceType::oneshot: return i.state == State::completed;
  }
  return false;
}

bool is_gone(const World& w, const Instance& i) {
  if (i.state == State::completed) return w.spec(i).type != ServiceType::oneshot;
  return i.state == State::failed || i.state == State::stopped;
}

bool is_coming(const Instance& i) {
  if (i.goal == Goal::down) return false;
  return i.state == State::waiting || i.state == State::starting || i.state == State::stopping ||
         i.state == State::killing || (i.state == State::running && i.is_leaving);
}

namespace {

// It is alive but has to go down, or was told to. What ends by itself is not leaving: its dependents stay.
bool has_to_leave(const World& w, const Instance& i) {
  if (!is_live(i.state)) return false;
  if (i.goal == Goal::down || i.run_was_asked_to_end) return true;
  if (i.is_cycling && (i.state == State::starting || i.state == State::running)) return true;
  return std::ranges::any_of(w.relations(i).requires_, [&](InstanceId r) { return w.at(r).is_going; });
}

}  // namespace

std::vector<InstanceId> update_leaving(World& w, InstanceId changed) {
  std::vector<InstanceId> flipped;
  std::vector<InstanceId> work{changed};
  while (!work.empty()) {
    const InstanceId id = work.back();
    work.pop_back();
    Instance& i = w.at(id);
    const bool was_leaving = std::exchange(i.is_leaving, has_to_leave(w, i));
    if (was_leaving != i.is_leaving) flipped.push_back(id);
    const bool was_going = std::exchange(i.is_going, i.is_leaving || is_gone(w, i));
    if (was_going == i.is_going) continue;
    for (const InstanceId d : w.relations(i).required_by) work.push_back(d);
  }
  return flipped;
}

bool is_free_to_stop(const World& w, const Instance& i) {
  const Relations& relations = w.relations(i);
  const auto is_alive = [&](InstanceId d) { return is_live(w.at(d).state); };
  const auto goes_first = [&](InstanceId d) { return is_alive(d) && w.at(d).is_leaving; };
  return std::ranges::none_of(relations.required_by, is_alive) &&
         std::ranges::none_of(relations.followed_by, goes_first);
}

bool has_requirements(const World& w, const Instance& i) {
  return std::ranges::all_of(w.relations(i).requires_, [&](InstanceId r) { return is_ready(w, w.at(r)); });
}

bool has_free_slot(const World& w) {
  const std::uint32_t slots = w.set.daemon.start_parallelism;
  return slots == 0 || w.starting_count < slots;
}

bool is_free_to_start(const World& w, const Instance& i) {
  return has_requirements(w, i) &&
         std::ranges::none_of(w.relations(i).follows, [&](InstanceId f) { return is_coming(w.at(f)); });
}

std::optional<InstanceId> lost_requirement(const World& w, const Instance& i) {
  const auto& list = w.relations(i).requires_;
  const auto it = std::ranges::find_if(list, [&](InstanceId r) { return is_gone(w, w.at(r)); });
  if (it == list.end()) return std::nullopt;
  return *it;
}

namespace {

// So many neighbours are named in a text for people.
constexpr std::size_t kMaxNamed = 5;

// How the last run ended; nothing while the main process of the next is still to end.
std::string end_text(const Instance& i) {
  if (is_live(i.state) && !i.main_is_gone) return {};
  switch (i.last_kind) {
    case EndKind::none: return {};
    case EndKind::exited: return i.last_status.text();
    case EndKind::spawn_failed: return i.failure;
  }
  return {};
}

std::string with_reason(std::string text, const std::string& reason) {
  return reason.empty() ? text : fmt::format("{} ({})", text, reason);
}

std::string waiting_text(const World& w, const Instance& i) {
  std::string out;
  std::size_t count = 0;
  const auto add = [&](InstanceId other) {
    if (++count > kMaxNamed) return;
    const Instance& o = w.at(other);
    out += fmt::format("{}{} ({})", out.empty() ? "waiting for " : ", ", w.name(o), enum_name(o.state));
  };
  for (const InstanceId r : w.relations(i).requires_)
    if (!is_ready(w, w.at(r))) add(r);
  for (const InstanceId f : w.relations(i).follows)
    if (is_coming(w.at(f))) add(f);
  if (count > kMaxNamed) out += fmt::format(" and {} more", count - kMaxNamed);
  const bool is_out_of_slots =
      w.set.daemon.start_parallelism != 0 && w.starting_count >= w.set.daemon.start_parallelism;
  return out.empty() && is_out_of_slots ? "waiting for a start slot" : out;
}

// "dependency web failed (dependency db failed (exit 3))": the one that is missed, and the first of the chain.
std::string requirement_text(const World& w, const Instance& i) {
  const auto text = [&](InstanceId id, const std::string& reason) {
    const Instance& other = w.at(id);
    return with_reason(fmt::format("dependency {} {}", w.name(other), enum_name(other.state)), reason);
  };
  const Instance& root = w.at(i.cause_root);
  const std::string first = text(i.cause_root, root.cause == Cause::requirement ? "" : cause_text(w, root));
  return i.cause_root == i.cause_by ? first : text(i.cause_by, first);
}

}  // namespace

std::string cause_text(const World& w, const Instance& i) {
  if (i.state == State::waiting) return waiting_text(w, i);
  if (is_live(i.state)) return end_text(i);
  switch (i.cause) {
    case Cause::none: return {};
    case Cause::asked:
    case Cause::last_end: return end_text(i);
    case Cause::gave_up:
      return fmt::format("{}; gave up: {} restarts in {}", end_text(i), i.recent_restarts.size(),
                         format_duration(w.spec(i).restart.within));
    case Cause::requirement: return requirement_text(w, i);
  }
  return {};
}

}  // namespace sup
