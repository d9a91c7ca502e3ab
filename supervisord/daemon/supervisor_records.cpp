// Supervisor: what it records for the next manager, and how it goes on where an earlier one has ended.
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "base/text.hpp"
#include "base/version.hpp"
#include "daemon/credentials.hpp"
#include "daemon/manager_rows.hpp"
#include "daemon/reexec.hpp"
#include "daemon/say.hpp"
#include "daemon/succession.hpp"
#include "daemon/supervisor.hpp"
#include "engine/transitions.hpp"
#include "guard/holder.hpp"
#include "sys/clock.hpp"

namespace sup {
namespace {

HappeningRecord record_of(const World& w, const HistoryEntry& entry) {
  HappeningRecord out{.sequence = entry.sequence,
                      .time = entry.time,
                      .kind = entry.kind,
                      .instance = recorded_name(w, entry.instance),
                      .run = entry.run,
                      .from = entry.from,
                      .to = entry.to,
                      .health_from = entry.health_from,
                      .health_to = entry.health_to,
                      .pid = entry.pid,
                      .row = {},
                      .cause = *entry.cause,
                      .status = entry.status,
                      .words = *entry.words};
  if (out.instance.empty()) out.instance = *entry.departed;
  if (entry.row != nullptr) out.row = row_text(*entry.row);
  return out;
}

HistoryEntry entry_of(const World& w, HappeningRecord record) {
  const bool is_of_hook = record.kind == Happening::test;  // A service may have its name.
  HistoryEntry out{.sequence = record.sequence,
                   .time = record.time,
                   .kind = record.kind,
                   .instance = record.instance.empty() || is_of_hook ? kNoInstance : find_instance(w, record.instance),
                   .run = record.run,
                   .from = record.from,
                   .to = record.to,
                   .health_from = record.health_from,
                   .health_to = record.health_to,
                   .pid = record.pid,
                   .row = record.row.empty() ? nullptr : find_row(record.row),
                   .cause = cause_said(std::move(record.cause)),
                   .status = record.status};
  if (out.instance == kNoInstance && !record.instance.empty()) out.departed.edit() = std::move(record.instance);
  if (!record.words.empty()) out.words.edit() = std::move(record.words);
  return out;
}

}  // namespace

// ---- recording ----

// While the instances can still be asked: whoever has left is wiped by the engine when its effects are taken.
void Supervisor::record_engine() {
  if (!records_.are_kept()) return;
  for (const InstanceId id : engine_.take_dirty()) {
    const auto record = engine_.record_of(id);
    if (record)
      records_.put(RecordKind::instance, id.value, *record);
    else
      records_.erase(RecordKind::instance, id.value);
    record_transience(id, record.has_value());
    record_former(id);
  }
  if (EngineRecord now = engine_.record(); now != engine_record_ || !is_up_) {
    records_.put(RecordKind::engine, 0, now);
    engine_record_ = std::move(now);
  }
}

// A definition that no file has is recorded as long as an instance of it is there.
void Supervisor::record_transience(InstanceId id, bool is_here) {
  const World& w = engine_.world();
  const NamedService* service = is_here ? w.definition(w.at(id)).get() : nullptr;
  if (service != nullptr && service->transience != Transience::none) {
    record_transient(records_, *service);
    transients_.insert_or_assign(id, service->name);
  } else if (const auto left = transients_.find(id); left != transients_.end()) {
    records_.erase(RecordKind::transient, record_id(left->second));
    transients_.erase(left);
  }
}

void Supervisor::record_former(InstanceId id) {
  const World& w = engine_.world();
  const bool is_former = w.is_present(id) && is_stale(w, w.at(id));
  if (is_former) {
    const NamedService& definition = *w.definition(w.at(id));
    records_.put(RecordKind::former, id.value,
                 FormerRecord{recorded_name(w, id), to_toml(definition), *definition.secrets});
    formers_.insert(id);
  } else if (formers_.erase(id) > 0) {
    records_.erase(RecordKind::former, id.value);
  }
}

void Supervisor::record_configuration(const std::vector<ConfigFile>& files, RecordKind kind) {
  record_files(records_, files, kind);
}

std::vector<ConfigFile> Supervisor::recorded_configuration(RecordKind kind) { return recorded_files(records_, kind); }

void Supervisor::record_overrides() {
  for (const std::string& service : overrides_.take_changed()) {
    if (const Overridden* found = overrides_.find_by_name(service))
      records_.put(RecordKind::overrides, record_id(service), OverridesRecord{service, texts_of(found->overrides)});
    else
      records_.erase(RecordKind::overrides, record_id(service));
  }
}

// And makes all of it valid. What was seen of the kernel may be consumed now.
void Supervisor::record_rest() {
  if (!records_.are_kept()) return;
  for (const std::uint64_t sequence : history_.take_changed())
    if (const HistoryEntry* entry = history_.find(sequence))
      records_.put(RecordKind::happening, sequence % History::kKept, record_of(engine_.world(), *entry));
  runs_->record();
  stores_->record(engine_.world());
  record_overrides();
  manager_.last_change = last_change_;
#ifdef SUP_RECORDS_OF_TOMORROW
  constexpr auto kOfTomorrow = static_cast<RecordKind>(4000);
  records_.put(kOfTomorrow, 0, HappeningRecord{});
#endif
  if (manager_ != manager_record_) {
    records_.put(RecordKind::manager, 0, manager_);
    manager_record_ = manager_;
  }
  records_.commit();
  runs_->on_recorded();
  guard::Holder& guard = guard::Holder::of_this_process();
  if (!std::exchange(is_up_, true) || manager_.exits > confirmed_) {
    confirmed_ = manager_.exits;
    (void)guard.confirm(confirmed_);  // Who is not told of it tells the same again.
  }
  (void)guard.flush();
}

void Supervisor::on_guard_exits(std::span<const guard::Exit> exits) {
  if (exits.empty()) return;
  manager_.exits = std::max(manager_.exits, exits.back().sequence);
  runs_->on_guard_exits(exits);
}

// ---- going on ----

void Supervisor::resume(StateRecords& records, Resumption& left) {
  if (auto found = records.all<ManagerRecord>(RecordKind::manager); !found.empty()) manager_ = found.front().second;
  leave_bad_program(manager_);
  manager_.version = program_version();
  started_at_ = manager_.started_at;
  last_change_ = manager_.last_change;
  left.forget_ends(manager_.exits);
  for (const guard::Exit& exit : left.world().exits) manager_.exits = std::max(manager_.exits, exit.sequence);
  EngineRecord engine;
  if (auto found = records.all<EngineRecord>(RecordKind::engine); !found.empty()) engine = found.front().second;
  shutdown_reason_ = engine.shutdown_why;
  std::vector<InstanceRecord> instances;
  for (auto& [slot, record] : records.all<InstanceRecord>(RecordKind::instance)) {
    instances.push_back(std::move(record));
    records.erase(RecordKind::instance, slot);  // Slots are others now.
  }
  const std::vector<FormerDefinition> formers = take_formers(records);
  for (const InstanceRecord& lost : engine_.recover(sys::monotonic_now(), engine, std::move(instances), formers))
    say::error("{} is not defined any more: what is alive of it is ended", lost.service);
  resume_history(records);
  stores_->resume(engine_.world(), records, left);
  resume_runs(records, left);
}

void Supervisor::resume_history(StateRecords& records) {
  std::vector<HistoryEntry> entries;
  for (auto& [key, record] : records.all<HappeningRecord>(RecordKind::happening))
    entries.push_back(entry_of(engine_.world(), std::move(record)));
  std::ranges::sort(entries, {}, &HistoryEntry::sequence);
  if (!entries.empty()) history_.restore(std::move(entries));
}

void Supervisor::resume_runs(StateRecords& records, Resumption& left) {
  const World& w = engine_.world();
  std::vector<ResumedRun> runs;
  std::vector<std::string> groups, voices;
  for (auto& [number, record] : records.all<RunRecord>(RecordKind::run)) {
    const RunId id{number};
    const InstanceId instance = find_instance(w, record.instance);
    const bool is_current = instance != kNoInstance && w.at(instance).run == id && is_live(w.at(instance).state);
    if (!is_current) {
      end_stale(record, left);
      records.erase(RecordKind::run, number);
      leave_outputs(id, record, left);
      continue;
    }
    groups.push_back(group_name(record.instance, record.invocation));
    voices.push_back(notify_name(record.instance, id));
    Named whose = named(instance);
    whose.name = record.instance;
    runs.push_back({id, instance, std::move(whose), std::move(record)});
  }
  runs_->context().containment->end_all_but(groups);
  remove_credentials_but(runs_->context().credentials_place, groups);
  remove_voices_but(runs_->context().notify_dir, voices);
  for (const auto& [key, record] : records.all<LeftOutputRecord>(RecordKind::left_output)) {
    const InstanceId instance = find_instance(w, record.instance);
    if (instance == kNoInstance) {
      records.erase(RecordKind::left_output, key);
      continue;
    }
    Named whose = named(instance);
    whose.name = record.instance;
    runs_->resume_left_output(record, instance, whose, left);
  }
  runs_->resume(std::move(runs), left);
}

// The engine had told its end, and the manager was killed before it had put away what was left.
void Supervisor::leave_outputs(RunId run, const RunRecord& record, Resumption& left) {
  const InstanceId instance = find_instance(engine_.world(), record.instance);
  if (instance == kNoInstance) return;
  const auto leave = [&](std::uint32_t serial) {
    Named whose = named(instance);
    whose.name = record.instance;
    runs_->resume_left_output({record.instance, record.invocation, run, serial, record.main}, instance, whose, left);
  };
  leave(0);
  for (const TaskRecord& task : record.tasks) leave(task.serial);
}

// Its group goes with all that nobody knows.
void Supervisor::end_stale(const RunRecord& record, Resumption& left) const {
  if (record.main == 0 || record.main_is_gone) return;
  const Resumption::Found found = left.find(record.main);
  if (found.process.pid != 0) (void)sys::send_signal(found.process, Signal{SIGKILL});
}

}  // namespace sup
