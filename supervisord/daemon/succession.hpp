// Succession: how a manager begins. It asks the guard what there is: nothing, or what an earlier manager has left.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/load.hpp"
#include "config/override.hpp"
#include "daemon/resumption.hpp"
#include "daemon/state_records.hpp"
#include "engine/record.hpp"
#include "spec/spec_set.hpp"

namespace sup {

// Names under which the guard holds what is not of one run.
inline constexpr std::string_view kHeldRecords = "records";
inline constexpr std::string_view kHeldLaunches = "launches";
inline constexpr std::string_view kHeldLock = "lock";
inline constexpr std::string_view kHeldControl = "control";
inline constexpr std::string_view kHeldLedger = "ledger";  // Of the log thread.

struct Succession {
  StateRecords records;    // Kept where there is a guard.
  Resumption left;         // By the manager before.
  UniqueFd ledger;         // Of the log thread, which opens it.
  bool has_world = false;  // There is something to go on with: what it had begun.
  std::string trouble;     // Why there is not, although somebody was before us.
};
// Errors: sys, if there is a guard and nothing can be recorded for it.
[[nodiscard]] Result<std::unique_ptr<Succession>> succeed();

// "was killed by KILL", as it follows "the manager before this one".
[[nodiscard]] std::string how_it_ended(const guard::World& world);
// Says in the log that this manager goes on, and for whom.
void say_who_goes_on(Succession& succession);

// How many records are whole, and of another version of this program that this one cannot read.
[[nodiscard]] std::size_t count_foreign(StateRecords& records);

// What is known of a configuration by the records, and by nothing else. The kind: that in force, or the one before.
[[nodiscard]] std::vector<ConfigFile> recorded_files(StateRecords& records, RecordKind kind = RecordKind::config_text);
void record_files(StateRecords& records, const std::vector<ConfigFile>& files,
                  RecordKind kind = RecordKind::config_text);
// By what those were begun who have not taken the newest definitions of their services.
[[nodiscard]] std::vector<FormerDefinition> take_formers(StateRecords& records);
// The key of what is recorded of a service by its name.
[[nodiscard]] std::uint64_t record_id(std::string_view service);
void record_transient(StateRecords& records, const NamedService& service);

// Puts the services that no file defines into the set, and what was changed by command; returns how the changed ones
// are defined.
struct Restored {
  NamedService original;
  std::vector<Override> overrides;
};
[[nodiscard]] std::vector<Restored> restore_changes(StateRecords& records, SpecSet& set);

}  // namespace sup
