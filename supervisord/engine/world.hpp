// World: all data of the engine, and the questions about it that more than one part of the engine asks.
#pragma once

#include <cstdint>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "engine/effect.hpp"
#include "engine/event.hpp"
#include "engine/graph.hpp"
#include "engine/instance.hpp"
#include "engine/policy.hpp"
#include "spec/spec_set.hpp"

namespace sup {

// KILL is repeated this often to what is alive in spite of it (a process in D state gets it when it wakes).
inline constexpr Duration kKillRetry = std::chrono::seconds{1};
// So long what was killed may take to be gone, where the time of a shutdown is divided.
inline constexpr Duration kDeathTakes = std::chrono::milliseconds{100};
// When the shutdown budget is over and KILL did not help either, supervisord leaves after this time all the same.
inline constexpr Duration kSurvivorGrace = std::chrono::seconds{2};

// A small random generator with its whole state in one number (SplitMix64, public domain algorithm by S. Vigna): the
// same seed gives the same life.
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : state_(seed) {}
  // As a seed it goes on where this one is.
  [[nodiscard]] std::uint64_t state() const { return state_; }
  // Uniform in [0, 1).
  double next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1.0p-53;
  }

 private:
  std::uint64_t state_;
};

// Consequences that an action asks for and the engine carries out before it settles.
struct FollowUp {
  enum class Kind : std::uint8_t { shutdown, start, dismiss_daemons } kind = Kind::shutdown;
  InstanceId by;       // The instance whose end asks for it.
  std::string target;  // The service, for Kind::start.
};

// A service in its slot.
struct ServiceSlot {
  ServiceRef definition;              // The newest one. Null: the slot is vacant.
  ServiceRef related;                 // By which newcomers live, and all of it is related to others: the newest, or,
                                      // while its relations wait for those of others, an earlier one.
  std::vector<InstanceId> instances;  // Number n at n - 1. Those that vanish are the last.
  bool is_vanishing = false;          // It leaves when its last instance has left.
};

struct World {
  DaemonSpec daemon;
  std::vector<AbsentService> absent;        // Who is defined, and why not here; sorted by name.
  std::vector<NamedGroup> groups;           // What commands may call several services; sorted by name.
  std::vector<std::string> files;           // Where the services of the start were defined.
  std::vector<NamedEventHook> event_hooks;  // Whom the daemon tells of events; sorted by name.
  std::vector<ServiceSlot> services;        // Slots, as are instances.
  std::vector<ServiceId> by_name;           // Those that are there, sorted by name.
  Graph graph;
  std::vector<Instance> instances;
  std::vector<ServiceId> vacant_services;
  std::vector<InstanceId> vacant_instances;
  std::uint32_t traffic = 0;       // So many have come or were told to go.
  std::vector<ServiceId> emptied;  // Those that are there and have no instance any more.
  std::vector<Effect> effects;
  std::vector<FollowUp> follow_ups;
  Chance chance;
  Instant now{};
  Instant booted_at = kNever;
  std::uint64_t next_run = 1;
  std::uint32_t starting_count = 0;
  InstanceId led_by;                // Whom an order to follow or to give way is about, while it is carried out.
  bool is_out_of_patience = false;  // The shutdown kills: there is no time for hooks any more.
  // What the engine has done so far, for tests of coverage and of growth: how often each row of the table was taken,
  // and how often an instance was looked at to see whether its surroundings move it.
  std::vector<std::uint64_t> rows_taken;
  std::uint64_t looks = 0;
  // Who has changed since somebody asked, each once; and whether anybody asks.
  std::vector<InstanceId> noted;
  bool is_recorded = false;

  World(SpecSet set, std::uint64_t seed);

  [[nodiscard]] const ServiceSlot& service(ServiceId id) const { return services[id.value]; }
  [[nodiscard]] const ServiceRef& definition(const Instance& i) const { return i.definition; }
  [[nodiscard]] const ServiceSpec& spec(const Instance& i) const { return definition(i)->spec; }
  // "web"; or "web@2", where the service has several.
  [[nodiscard]] std::string name(const Instance& i) const;
  [[nodiscard]] InstanceId id(const Instance& i) const {
    return InstanceId{static_cast<std::uint32_t>(&i - instances.data())};
  }
  [[nodiscard]] const Instance& at(InstanceId i) const { return instances[i.value]; }
  // To change it: so nothing changes that is not recorded.
  [[nodiscard]] Instance& edit(InstanceId i) {
    note(i);
    return instances[i.value];
  }
  // To change what follows from the rest: its facts and counts, and where it is queued.
  [[nodiscard]] Instance& derived(InstanceId i) { return instances[i.value]; }
  void note(InstanceId i) {
    if (is_recorded && !std::exchange(instances[i.value].is_noted, true)) noted.push_back(i);
  }
  [[nodiscard]] bool is_present(InstanceId i) const { return i.value < instances.size() && sup::is_present(at(i)); }
  [[nodiscard]] const Relations& relations(const Instance& i) const { return *graph[id(i).value]; }
  // All that are there, in the order of their slots.
  [[nodiscard]] auto present() const { return instances | std::views::filter(sup::is_present); }
};

// The run is ended for a failure, although its main process may be alive: its own end will say nothing more.
[[nodiscard]] bool has_failed(const Instance& i);
// How the last run that ended did so, for people.
[[nodiscard]] std::string last_end_text(const Instance& i);
// The end of the last run as the restart policy sees it.
[[nodiscard]] RunEnd last_end(const Instance& i);

// Whether it is asked again and again how it is: while it is up.
[[nodiscard]] bool is_asked_for_health(const World& w, const Instance& i);
// How long after a probe the next one comes.
[[nodiscard]] Duration probe_pause(const World& w, const Instance& i);
// Its next sign of life is due one interval from now.
void restart_watchdog(const World& w, Instance& i);
// While it reloads it has to give signs of life, too: its one deadline is the earlier.
void wait_for_reload_until(Instance& i, Instant due);

// The hooks of a phase, or null where it has none.
[[nodiscard]] const std::vector<Hook>* hooks_of(const ServiceSpec& spec, Phase phase);
// The kind of the tasks of a phase that has hooks.
[[nodiscard]] std::optional<TaskKind> task_kind_of(Phase phase);
// Something of it is alive in spite of KILL: who waits is told, since that may take as long as a broken disk.
[[nodiscard]] bool is_stuck(const Instance& i);
// How many of the hooks of the phase that it is in are not done.
[[nodiscard]] std::size_t hooks_left(const World& w, const Instance& i);

// A dependent may start: running (simple), completed (oneshot); and it is not about to be stopped.
[[nodiscard]] bool is_ready(const World& w, const Instance& i);
// Something other than time has to say that it is ready, and has not yet.
[[nodiscard]] bool is_awaiting_ready(const World& w, const Instance& i);
// Nothing that has to be stopped before it is alive.
[[nodiscard]] bool is_free_to_stop(const Instance& i);
// Its run has completed, and so have those of its children.
[[nodiscard]] bool is_joined(const Instance& i);
// Whom a parent brings up with it: those of its children that are enabled and not left out.
[[nodiscard]] std::vector<InstanceId> children_to_start(const World& w, InstanceId parent);
// All that it requires is ready.
[[nodiscard]] bool has_requirements(const Instance& i);
// All that it requires is ready, and nothing that it follows is still coming.
[[nodiscard]] bool is_free_to_start(const Instance& i);
// It may start, but for its start-delay, which has not begun; which runs.
[[nodiscard]] bool has_to_delay(const World& w, const Instance& i);
[[nodiscard]] bool is_delaying(const Instance& i);
// One more may be starting (start-parallelism).
[[nodiscard]] bool has_free_slot(const World& w);
// Whether an edge with these terms is content with the facts of the other: with them this may start.
[[nodiscard]] bool is_met(const Facts& facts, Terms terms);
// Whether it will not be so by itself.
[[nodiscard]] bool is_gone_for(const Facts& facts, Terms terms);
// Whether what is bound to the other with these terms may stay, as far as the other has not to leave.
[[nodiscard]] bool holds(const Facts& facts, Terms terms);
// Whether what only follows the other has to wait for it.
[[nodiscard]] bool is_awaited(const Facts& facts, Terms terms);
// Whom it waits for, in state waiting.
[[nodiscard]] std::vector<InstanceId> waited_for(const World& w, const Instance& i);
// The first requirement that is gone, if any.
[[nodiscard]] std::optional<InstanceId> lost_requirement(const World& w, const Instance& i);

// Who is ready by a newer run than this one's, whose newer runs make it begin another one (restart-with): while it is
// alive and is to go on. What has no run of its own has none.
[[nodiscard]] std::optional<InstanceId> outdated_by(const World& w, const Instance& i);

// Which of how many it is; those that are about to leave do not count.
[[nodiscard]] InstancePlace place_of(const World& w, const Instance& i);
// How many of it there are and are to stay.
[[nodiscard]] std::uint32_t count_here(const World& w, const ServiceSlot& service);

// Whether it lives by an earlier definition of its service than the newest. If it stays, it will take that.
[[nodiscard]] bool is_stale(const World& w, const Instance& i);
// Whether several of its kind are told apart by a number.
[[nodiscard]] bool is_numbered(const ServiceSlot& service);
// The service of this name, if it is there.
[[nodiscard]] std::optional<ServiceId> find_service(const World& w, std::string_view name);
// The instances of a service ("web"), or one of them ("web@2"), by number; empty if nobody is called so.
[[nodiscard]] std::vector<InstanceId> find_instances(const World& w, std::string_view name);
// The first of them, or kNoInstance.
[[nodiscard]] InstanceId find_instance(const World& w, std::string_view name);

// Brings the facts of an instance up to date whose goal or state has changed, the counts of its neighbours, and the
// facts of all that have to leave or may stay because of it. Called after every such change, so no fact is ever stale.
// Returns those whose facts have changed: they and their neighbours may have to move.
std::vector<InstanceId> publish(World& w, InstanceId changed);

// Why it rests or waits where it is, for people; empty when there is nothing to say.
[[nodiscard]] std::string cause_text(const World& w, const Instance& i);
// Because of whom it is unwanted, whatever its state; empty if it was asked down itself.
[[nodiscard]] std::string led_down_text(const World& w, const Instance& i);

}  // namespace sup
