// How an engine is recorded, and how another one goes on where the records end. The rules between the lives are told in
// DESIGN.md, "A supervisord that may die".
#include <algorithm>
#include <map>
#include <utility>

#include "base/check.hpp"
#include "engine/engine.hpp"
#include "engine/owed.hpp"
#include "engine/population.hpp"
#include "spec/relations.hpp"

namespace sup {

std::vector<InstanceId> Engine::take_dirty() {
  if (!std::exchange(w_.is_recorded, true))
    for (const Instance& i : w_.present()) w_.note(w_.id(i));
  for (const InstanceId id : w_.noted) w_.derived(id).is_noted = false;
  return std::exchange(w_.noted, {});
}

std::optional<InstanceRecord> Engine::record_of(InstanceId id) const {
  if (!w_.is_present(id)) return std::nullopt;
  InstanceRecord out = sup::record_of(w_, w_.at(id));
  out.is_last = is_last(id);
  if (is_shutting_down_ && id.value < stop_chains_.size())
    out.stop_chain = std::max(stop_chains_[id.value], Duration{});
  return out;
}

EngineRecord Engine::record() const {
  EngineRecord out{.next_run = w_.next_run,
                   .chance = w_.chance.state(),
                   .traffic = w_.traffic,
                   .booted_at = w_.booted_at,
                   .is_booted = is_booted_,
                   .is_shutting_down = is_shutting_down_,
                   .is_out_of_patience = w_.is_out_of_patience,
                   .is_all_done = is_all_done_,
                   .shutdown_deadline = shutdown_deadline_,
                   .shutdown_why = shutdown_why_,
                   .exit_by = recorded_name(w_, exit_by_),
                   .emptied = {},
                   .is_end_held = is_end_held_};
  for (const ServiceId id : w_.emptied) out.emptied.push_back(w_.service(id).definition->name);
  return out;
}

std::vector<FormerDefinition> Engine::former_relations() const {
  std::vector<FormerDefinition> out;
  for (const ServiceId id : relating_anew_)
    if (const ServiceSlot& service = w_.service(id); !service.is_vanishing && count_here(w_, service) == 0)
      out.push_back({service.definition->name, service.related});
  return out;
}

namespace {

// How many instances each service has by its records.
std::map<ServiceId, std::uint32_t> recorded_counts(const World& w, const EngineRecord& record,
                                                   const std::vector<InstanceRecord>& records) {
  std::map<ServiceId, std::uint32_t> out;
  for (const std::string& name : record.emptied)
    if (const auto service = find_service(w, name)) out[*service] = 0;
  for (const InstanceRecord& r : records) {
    std::uint32_t& count = out[*find_service(w, r.service)];
    count = std::max(count, r.number);
  }
  return out;
}

// Gives each service the instances that are recorded of it.
void populate(World& w, const EngineRecord& record, const std::vector<InstanceRecord>& records) {
  bool has_grown = false;
  std::vector<InstanceId> superfluous;
  for (const auto& [service, count] : recorded_counts(w, record, records)) {
    for (; w.service(service).instances.size() < count; has_grown = true) add_instance(w, service);
    while (w.service(service).instances.size() > count) {
      superfluous.push_back(w.service(service).instances.back());
      leave(w, superfluous.back());
    }
  }
  wipe(w, superfluous, {});
  if (!has_grown) return;
  for (const ServiceId id : w.by_name) link_needs(w, id);
}

// Those who came after it was to go.
void free_later_users(World& w, InstanceId leaver) {
  for (const EdgeKind kind : {kRequires, kFollows, kRenewedBy}) {
    const std::vector<InstanceId> users = (*w.graph[leaver.value]).*kind.backward;
    for (const InstanceId user : users) {
      if (w.at(user).came <= w.at(leaver).goes) continue;
      disconnect(w.graph, user, leaver, kind);
      erase_sorted(w.graph[user.value].edit().wants, leaver);
    }
  }
}

// What is to leave by a scaling has no users any more, and what leaves with its service those that it had.
void free_from_leavers(World& w) {
  for (const ServiceId service : w.by_name)
    for (const InstanceId id : w.service(service).instances) {
      if (w.at(id).presence != Presence::vanishing) continue;
      if (!w.service(service).is_vanishing) unlink_users(w, id);
      free_later_users(w, id);
    }
}

}  // namespace

std::vector<InstanceRecord> Engine::recover(Instant now, const EngineRecord& record,
                                            std::vector<InstanceRecord> records,
                                            const std::vector<FormerDefinition>& formers) {
  CHECK(!is_booted_ && w_.next_run == 1);
  w_.now = now;
  const auto orphans = std::ranges::partition(
      records, [this](const InstanceRecord& r) { return find_service(w_, r.service).has_value() && r.number > 0; });
  std::vector<InstanceRecord> out(std::move_iterator(orphans.begin()), std::move_iterator(orphans.end()));
  records.erase(orphans.begin(), orphans.end());
  populate(w_, record, records);
  recover_definitions(formers);
  recover_itself(record);
  std::vector<std::pair<InstanceId, const InstanceRecord*>> found;
  for (const InstanceRecord& r : records)
    found.emplace_back(w_.service(*find_service(w_, r.service)).instances[r.number - 1], &r);
  for (const auto& [id, r] : found) recover_instance(id, *r);
  recover_shutdown(found);
  free_from_leavers(w_);
  count_anew();
  recover_awaited_definitions();
  tell_all_owed();
  settle();
  tell_last();
  settle();
  let_go();
  finish_when_at_rest();
  return out;
}

void Engine::recover_definitions(const std::vector<FormerDefinition>& formers) {
  std::vector<InstanceId> ids;
  for (const FormerDefinition& former : formers) {
    if (const auto service = find_service(w_, former.instance)) w_.services[service->value].related = former.definition;
    const InstanceId id = find_instance(w_, former.instance);
    if (id == kNoInstance || !former.instance.contains('@')) continue;
    w_.edit(id).definition = former.definition;
    ids.push_back(id);
  }
  if (!ids.empty()) (void)relink(w_, ids);
}

// The newcomers of a service come as the last of it is that stays.
void Engine::recover_awaited_definitions() {
  std::vector<InstanceId> stale;
  for (const ServiceId id : w_.by_name) {
    ServiceSlot& service = w_.services[id.value];
    for (const InstanceId one : service.instances) {
      if (w_.at(one).presence != Presence::here || !is_stale(w_, w_.at(one))) continue;
      stale.push_back(one);
      if (!relate_alike(w_.spec(w_.at(one)), service.definition->spec)) service.related = w_.definition(w_.at(one));
    }
    if (service.related != service.definition) relating_anew_.push_back(id);
  }
  for (const InstanceId id : stale) renew_definition(id);
  may_relate_anew_ = true;
}

void Engine::recover_itself(const EngineRecord& record) {
  w_.next_run = record.next_run;
  w_.chance = Chance{record.chance};
  w_.traffic = std::max(w_.traffic, record.traffic);
  w_.booted_at = record.booted_at;
  w_.is_out_of_patience = record.is_out_of_patience;
  is_booted_ = record.is_booted;
  is_shutting_down_ = record.is_shutting_down;
  is_all_done_ = record.is_all_done;
  is_end_held_ = record.is_end_held;
  shutdown_deadline_ = record.shutdown_deadline;
  shutdown_why_ = record.shutdown_why;
  if (!record.exit_by.empty()) exit_by_ = find_instance(w_, record.exit_by);
}

// Signs of life could not be heard meanwhile: the next one is due one interval from now.
void Engine::recover_instance(InstanceId id, const InstanceRecord& record) {
  Instance& i = w_.edit(id);
  restore(w_, i, record);
  if (record.is_service_leaving) w_.services[i.service.value].is_vanishing = true;
  if (i.presence == Presence::vanishing || record.is_service_leaving) note_vanishing(i.service);
  if (is_serving(i.state) && i.watchdog > Duration{}) {
    restart_watchdog(w_, i);
    i.deadline = i.state == State::running ? i.watchdog_due : std::min(i.reload_due, i.watchdog_due);
  }
  if (i.deadline != kNever) deadlines_.insert({i.deadline, id});
}

void Engine::recover_shutdown(const std::vector<std::pair<InstanceId, const InstanceRecord*>>& found) {
  if (!is_shutting_down_) return;
  stop_chains_.assign(w_.instances.size(), Duration{});
  for (const auto& [id, record] : found) {
    stop_chains_[id.value] = record->stop_chain;
    if (record->is_last) insert_sorted(last_, id);
  }
}

// The counters, the counts of neighbours, and the facts.
void Engine::count_anew() {
  for (const Instance& i : w_.present()) {
    const bool is_ours = w_.spec(i).type != ServiceType::external;
    if (i.state == State::starting) ++w_.starting_count;
    if (is_resting(i.state)) continue;
    if (is_ours) ++busy_count_;
    if (is_ours && is_last(w_.id(i))) ++last_busy_;
    if (is_work(w_.spec(i))) ++work_count_;
  }
  for (const Instance& i : w_.present()) recount(w_, w_.id(i));
  for (const Instance& i : w_.present()) (void)publish(w_, w_.id(i));
}

// And whatever may move is looked at, in the order in which it was asked up: that is its place in the line.
void Engine::tell_all_owed() {
  if (is_shutting_down_) w_.effects.emplace_back(ShutdownBegun{shutdown_why_});
  std::vector<InstanceId> all;
  for (const Instance& i : w_.present()) all.push_back(w_.id(i));
  for (const InstanceId id : all) tell_owed(w_, w_.at(id));
  std::ranges::sort(all, {}, [this](InstanceId id) { return std::pair{w_.at(id).start.asked, id}; });
  for (const InstanceId id : all) enqueue(id);
}

}  // namespace sup
