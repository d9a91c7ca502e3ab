// Engine: the whole state machine. Events in, effects out; it calls no kernel, reads no clock and draws no random
// numbers that it was not given. The model is told in transitions.hpp.
#pragma once

#include <deque>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/changes.hpp"
#include "engine/effect.hpp"
#include "engine/event.hpp"
#include "engine/record.hpp"
#include "engine/world.hpp"

namespace sup {

class Engine {
 public:
  // `set` was checked: there is no cycle. `seed` decides the jitter.
  Engine(SpecSet set, std::uint64_t seed);

  // Something happened at `now`, which never goes back. Settles all that follows from it. After Finished nothing is
  // answered any more.
  void step(Instant now, Event event);
  // Time has passed: fires the deadlines that are due.
  void tick(Instant now);
  // When tick() is to be called next, if no event comes before.
  [[nodiscard]] std::optional<Instant> next_deadline() const;
  // What the world must do, in order. Empties the list, and gives the slots of those to others who had left before the
  // call: who carries out an effect can still ask for the name of an instance that it tells to have left.
  [[nodiscard]] std::vector<Effect> take_effects();

  [[nodiscard]] const World& world() const { return w_; }
  [[nodiscard]] bool is_shutting_down() const { return is_shutting_down_; }
  // When a shutdown kills whatever is left; kNever without one.
  [[nodiscard]] Instant shutdown_deadline() const { return shutdown_deadline_; }
  [[nodiscard]] std::size_t open_changes() const { return changes_.count(); }

  // ---- what outlives the engine ----

  // Whose record is another one, or none any more, than at the last call: each once. The first call tells of all that
  // are there; without it nothing is noted. Ask after the steps of a turn and before take_effects().
  [[nodiscard]] std::vector<InstanceId> take_dirty();
  // Nothing if nobody is there: then whatever was recorded of the slot is to be forgotten.
  [[nodiscard]] std::optional<InstanceRecord> record_of(InstanceId id) const;
  // Cheap enough to be compared with the last one after each turn.
  [[nodiscard]] EngineRecord record() const;
  // To be recorded with it: by what newcomers would live of services of which nobody stays, as their newest relations
  // wait. By what an instance lives that is_stale() is recorded with it.
  [[nodiscard]] std::vector<FormerDefinition> former_relations() const;
  // Goes on where the records end: for an engine just made of the definitions in force, instead of Boot. A service
  // has the instances that are recorded of it, who live by their `formers` where they have one; one without records is
  // as it was defined, and at rest. Tells all effects
  // that are owed. What is due fires with the next step or tick, not now: ends that nobody has heard of come before.
  // Returned are the records of services that are not there: what lives of them is to be ended by the caller.
  [[nodiscard]] std::vector<InstanceRecord> recover(Instant now, const EngineRecord& record,
                                                    std::vector<InstanceRecord> records,
                                                    const std::vector<FormerDefinition>& formers = {});

 private:
  void handle(const Spawned& event);
  void handle(const SpawnFailed& event);
  void handle(const MainFound& event);
  void handle(const MainLost& event);
  void handle(const TaskEnded& event);
  void handle(const BecameReady& event);
  void handle(const ReadyProbeFailed& event);
  void handle(const ReadyFailed& event);
  void handle(const HealthProbed& event);
  void handle(const NoticeGiven& event);
  void handle(const MoreTimeAsked& event);
  void handle(const WatchdogSet& event);
  void handle(const MainExited& event);
  void handle(const Survived& event);
  void handle(const Ended& event);
  void handle(const CommandGiven& given);
  void handle(const ChangeForgotten& event);
  void handle(const Boot& event);
  void handle(const ShutdownRequested& event);
  void handle(const ServiceAdded& event);
  void handle(const ServiceRemoved& event);
  void handle(const Scaled& event);
  void handle(const DefinitionChanged& event);
  void handle(const ServicesRedefined& event);
  void handle(const SettingsChanged& event);
  void handle(const EndHeld& event) { is_end_held_ = event.is_held; }
  void renew_definition(InstanceId id);
  void take_definition(InstanceId id, const ServiceRef& definition);
  ServiceRef exchange_definition(InstanceId id, const ServiceRef& definition);
  void renew_relations();
  [[nodiscard]] bool is_free_to_relate_anew() const;
  void live_by(InstanceId id, const ServiceSpec& before);

  void dispatch(InstanceId id, Input input);
  void enter(InstanceId id, State from, const Row& row);
  void enqueue(InstanceId id);
  void enqueue_neighbours(InstanceId id);
  void settle();
  void settle_one(InstanceId id);
  void stand_in_line(InstanceId id);
  bool serve_line();
  void settle_waiting(InstanceId id);
  void drop_delay(InstanceId id);
  void tell_changes();
  void finish_turn();
  void finish_when_at_rest();
  void run_follow_ups();
  // Whether what is started brings up its children.
  enum class Brood : std::uint8_t { along, left };
  // Whether what the boot leaves out is begun all the same where something wants it.
  enum class Skipped : std::uint8_t { begin, stay };
  std::vector<Companion> start(const std::vector<InstanceId>& targets, Input input, Brood brood = Brood::along,
                               Skipped skipped = Skipped::begin);
  void dismiss_daemons(InstanceId parent);
  void make_way(InstanceId id, std::vector<Companion>& gone);
  bool roll_on();
  std::vector<Companion> stop(const std::vector<InstanceId>& targets, Input input = Input::want_down);
  [[nodiscard]] std::vector<Companion> leaving_with(const std::vector<InstanceId>& targets) const;
  void take_along(ChangeId change, const std::vector<Companion>& companions);
  void signal(const CommandGiven& command);
  void begin_shutdown(std::string why);
  void plan_shutdown();
  void share_time(InstanceId id);
  void plan_last();
  void tell_last();
  [[nodiscard]] bool is_last(InstanceId id) const;
  std::vector<InstanceId> forget_last();
  [[nodiscard]] bool is_turn_of_last() const;
  void leave_when_done();
  void kill_all(Input input);
  void fire_shutdown_deadline();
  void finish();
  [[nodiscard]] InstanceId exit_code_source() const;
  [[nodiscard]] int exit_code() const;
  struct Resizing;
  [[nodiscard]] Resizing resize(const Scaling& scaling);
  void admit(ServiceId service, const std::vector<InstanceId>& newcomers);
  void dismiss(std::vector<InstanceId> ids);
  [[nodiscard]] bool has_had_its_time(InstanceId id) const;
  void remove_ended();
  void remove(ServiceId id);
  void note_vanishing(ServiceId service);
  void open_change(ChangeId id, CommandKind kind, std::vector<InstanceId> targets);
  void refresh(const std::vector<InstanceId>& ids);
  void let_go();
  void vacate(InstanceId id);
  [[nodiscard]] bool is_current(InstanceId id, RunId run) const;
  void sync_deadline(InstanceId id, Instant before);
  void note_life(InstanceId id);
  void spread(InstanceId id);
  void begin_asking(Instance& i, State from);
  void follow_probes(InstanceId id);
  void recover_itself(const EngineRecord& record);
  void recover_definitions(const std::vector<FormerDefinition>& formers);
  void recover_awaited_definitions();
  void recover_instance(InstanceId id, const InstanceRecord& record);
  void recover_shutdown(const std::vector<std::pair<InstanceId, const InstanceRecord*>>& found);
  void count_anew();
  void tell_all_owed();

  World w_;
  Changes changes_;
  std::set<std::pair<Instant, InstanceId>> deadlines_;
  std::deque<InstanceId> queue_;          // To be looked at.
  std::deque<InstanceId> line_;           // For a start slot.
  std::vector<InstanceId> touched_;       // Whose state or goal changed in this turn.
  std::vector<InstanceId> ended_;         // Of transient services, in this turn.
  std::vector<ServiceId> vanishing_;      // Or something of them is.
  std::vector<ServiceId> relating_anew_;  // Whose newest relations wait for each other to be taken,
  bool may_relate_anew_ = false;          // and whether something has happened since that was looked at.
  struct Leavers {
    std::vector<InstanceId> instances;
    std::vector<ServiceId> services;
  };
  Leavers leavers_;             // Since the last take_effects().
  Leavers told_leavers_;        // Those before, who were in its effects.
  std::size_t busy_count_ = 0;  // Instances that do not rest.
  std::size_t work_count_ = 0;  // Those of them that exit = "when-done" waits for.
  bool is_booted_ = false;
  bool is_shutting_down_ = false;
  bool is_finished_ = false;
  bool is_end_held_ = false;
  Instant shutdown_deadline_ = kNever;
  // In a shutdown: who is told to stop after all others, and, by instance, how long at most the longest chain takes of
  // what is stopped one after the other when this one has stopped.
  std::vector<InstanceId> last_;
  std::size_t last_busy_ = 0;  // Those of them that do not rest, without external ones.
  std::vector<Duration> stop_chains_;
  std::string shutdown_why_;
  bool is_all_done_ = false;          // The shutdown was caused by exit = "when-done".
  InstanceId exit_by_ = kNoInstance;  // Whose end caused the shutdown.
};

}  // namespace sup
