// Records: all of the engine that cannot be derived, as plain data that another life of supervisord can read.
//
// Slots may be others in that life, so whoever is meant is named: "worker@2", always with the number. A row of the
// table is told by its text, since a newer table may have it elsewhere or not at all. Enumerators count by their value:
// new ones are added at the end of State, Phase, Goal, Cause, EndKind, Presence and Health. Whoever writes these
// structs down gives each member a number for ever; a member that was not written has its default here.
//
// Not recorded: changes (who waits for them is gone), with them the turns of a rolling restart that have not come; the
// order in which instances wait for a start slot (it is that in which they were asked up); facts, counts and queues.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/instance.hpp"

namespace sup {

struct World;

// What is known of one instance. Members without a comment are those of Instance.
struct InstanceRecord {
  std::string service;  // Its name.
  std::uint32_t number = 1;
  bool is_service_leaving = false;  // All of its service was removed.
  Presence presence = Presence::here;
  std::uint32_t came = 0;
  std::uint32_t goes = 0;
  State state = State::stopped;
  Goal goal = Goal::down;
  bool is_cycling = false;
  Cause cause = Cause::none;
  std::string cause_by;    // Its name; empty: none.
  std::string cause_root;  // Likewise.
  EndKind last_kind = EndKind::none;
  bool run_was_asked_to_end = false;
  bool is_replaced = false;
  bool main_is_gone = false;
  bool has_start_failed = false;
  bool stays_down = false;
  bool is_unfit = false;
  bool has_delayed = false;
  bool is_confirmed = false;
  Phase phase = Phase::none;
  bool is_hook_late = false;
  bool is_main_told = false;
  bool was_frozen = false;
  std::uint8_t stop_step = 0;
  std::uint16_t hook = 0;
  std::uint32_t serial = 0;
  std::int32_t pid = 0;
  std::uint32_t restarts_in_row = 0;
  std::uint32_t restarts_total = 0;
  ExitStatus last_status;
  LimitsHit last_limits;
  RunId run;
  Instant since;
  StartTimes start;           // Without `held_by`, which is no name.
  std::string start_held_by;  // Its name; empty: nobody.
  Instant run_since;
  Duration run_length{};
  Instant deadline = kNever;
  Instant told_at = kNever;
  Instant stop_by = kNever;
  Instant watchdog_due = kNever;
  Instant reload_due = kNever;
  Duration watchdog{};
  std::string row;  // row_text() of the row that led into the state; empty: none.
  std::vector<Instant> recent_restarts;
  std::string failure;
  std::string trouble;
  std::string ready_note;
  std::string reload_failure;
  std::optional<HealthRecord> health;
  std::string survivors;
  bool is_last = false;   // In a shutdown: it is to be stopped after all others, and has not been told.
  Duration stop_chain{};  // In a shutdown: how long what is stopped after it takes at most.
  friend bool operator==(const InstanceRecord&, const InstanceRecord&) = default;
};

// What is known beside the instances.
struct EngineRecord {
  std::uint64_t next_run = 1;
  std::uint64_t chance = 0;
  std::uint32_t traffic = 0;
  Instant booted_at = kNever;
  bool is_booted = false;
  bool is_shutting_down = false;
  bool is_out_of_patience = false;
  bool is_all_done = false;  // The shutdown was caused by exit = "when-done".
  Instant shutdown_deadline = kNever;
  std::string shutdown_why;
  std::string exit_by;               // Whose end caused it; empty: nobody's.
  std::vector<std::string> emptied;  // Services that are there, and have no instance any more.
  bool is_end_held = false;
  friend bool operator==(const EngineRecord&, const EngineRecord&) = default;
};

// By what an instance lives that has not taken the newest definition of its service yet.
struct FormerDefinition {
  std::string instance;  // recorded_name(); or the name of a service of which nobody stays (Engine::former_relations).
  ServiceRef definition;
};

// "web@1", also for the only one; empty for kNoInstance and for who has left.
[[nodiscard]] std::string recorded_name(const World& w, InstanceId id);
// What tells a row from all others: "running on deadline: missed its watchdog".
[[nodiscard]] std::string row_text(const Row& row);
// The row of this text, or null if the table has none.
[[nodiscard]] const Row* find_row(const std::string& text);

// The record of `i`, without what the shutdown knows of it.
[[nodiscard]] InstanceRecord record_of(const World& w, const Instance& i);
// The reverse, for an instance in its slot; whoever is named in the record is in one, too.
void restore(const World& w, Instance& i, const InstanceRecord& record);

}  // namespace sup
