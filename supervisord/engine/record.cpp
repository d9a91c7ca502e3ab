#include "engine/record.hpp"

#include <fmt/format.h>

#include <map>
#include <tuple>
#include <utility>

#include "engine/guards.hpp"
#include "engine/record_members.hpp"
#include "engine/transitions.hpp"
#include "engine/world.hpp"

namespace sup {
namespace {

// ---- the decision about each member ----

// Recorded as they are.
constexpr std::tuple kSame{
    std::pair{&Instance::number, &InstanceRecord::number},
    std::pair{&Instance::presence, &InstanceRecord::presence},
    std::pair{&Instance::came, &InstanceRecord::came},
    std::pair{&Instance::goes, &InstanceRecord::goes},
    std::pair{&Instance::state, &InstanceRecord::state},
    std::pair{&Instance::goal, &InstanceRecord::goal},
    std::pair{&Instance::is_cycling, &InstanceRecord::is_cycling},
    std::pair{&Instance::cause, &InstanceRecord::cause},
    std::pair{&Instance::last_kind, &InstanceRecord::last_kind},
    std::pair{&Instance::run_was_asked_to_end, &InstanceRecord::run_was_asked_to_end},
    std::pair{&Instance::is_replaced, &InstanceRecord::is_replaced},
    std::pair{&Instance::main_is_gone, &InstanceRecord::main_is_gone},
    std::pair{&Instance::has_start_failed, &InstanceRecord::has_start_failed},
    std::pair{&Instance::stays_down, &InstanceRecord::stays_down},
    std::pair{&Instance::is_unfit, &InstanceRecord::is_unfit},
    std::pair{&Instance::has_delayed, &InstanceRecord::has_delayed},
    std::pair{&Instance::is_confirmed, &InstanceRecord::is_confirmed},
    std::pair{&Instance::phase, &InstanceRecord::phase},
    std::pair{&Instance::is_hook_late, &InstanceRecord::is_hook_late},
    std::pair{&Instance::is_main_told, &InstanceRecord::is_main_told},
    std::pair{&Instance::was_frozen, &InstanceRecord::was_frozen},
    std::pair{&Instance::stop_step, &InstanceRecord::stop_step},
    std::pair{&Instance::hook, &InstanceRecord::hook},
    std::pair{&Instance::serial, &InstanceRecord::serial},
    std::pair{&Instance::pid, &InstanceRecord::pid},
    std::pair{&Instance::restarts_in_row, &InstanceRecord::restarts_in_row},
    std::pair{&Instance::restarts_total, &InstanceRecord::restarts_total},
    std::pair{&Instance::last_status, &InstanceRecord::last_status},
    std::pair{&Instance::last_limits, &InstanceRecord::last_limits},
    std::pair{&Instance::run, &InstanceRecord::run},
    std::pair{&Instance::since, &InstanceRecord::since},
    std::pair{&Instance::run_since, &InstanceRecord::run_since},
    std::pair{&Instance::run_length, &InstanceRecord::run_length},
    std::pair{&Instance::deadline, &InstanceRecord::deadline},
    std::pair{&Instance::told_at, &InstanceRecord::told_at},
    std::pair{&Instance::stop_by, &InstanceRecord::stop_by},
    std::pair{&Instance::watchdog_due, &InstanceRecord::watchdog_due},
    std::pair{&Instance::reload_due, &InstanceRecord::reload_due},
    std::pair{&Instance::watchdog, &InstanceRecord::watchdog},
    std::pair{&Instance::recent_restarts, &InstanceRecord::recent_restarts},
};

// Texts that few have.
constexpr std::tuple kTexts{
    std::pair{&Instance::failure, &InstanceRecord::failure},
    std::pair{&Instance::trouble, &InstanceRecord::trouble},
    std::pair{&Instance::ready_note, &InstanceRecord::ready_note},
    std::pair{&Instance::reload_failure, &InstanceRecord::reload_failure},
    std::pair{&Instance::survivors, &InstanceRecord::survivors},
};

// Recorded in another form, by record_of() below: service, cause_by, cause_root, start, row, health. It takes four more
// in the record than these six, since that says whose service leaves, who held the start, and what the shutdown knows.
constexpr std::size_t kInOtherForm = 6;
constexpr std::size_t kMoreInRecord = 4;
// Derived by the recovery: is_queued, is_in_line, is_noted, facts, counts; and the definition, which is told by its
// name.
constexpr std::size_t kDerived = 6;

constexpr std::size_t kAlike = std::tuple_size_v<decltype(kSame)> + std::tuple_size_v<decltype(kTexts)>;
static_assert(record_members<Instance>() == kAlike + kInOtherForm + kDerived,
              "a member of Instance is recorded (a row above) or derived (Engine::recover): decide");
static_assert(record_members<InstanceRecord>() == kAlike + kInOtherForm + kMoreInRecord,
              "a member of InstanceRecord has to come from the engine, and to go back into it");

template <class Rows, class Visit>
void each_row(const Rows& rows, Visit visit) {
  std::apply([&](const auto&... row) { (visit(row.first, row.second), ...); }, rows);
}

// ---- names ----

InstanceId named(const World& w, const std::string& name) {
  return name.empty() ? kNoInstance : find_instance(w, name);
}

}  // namespace

// Nothing if this table has no such row.
const Row* find_row(const std::string& text) {
  static const std::map<std::string, const Row*, std::less<>> kByText = [] {
    std::map<std::string, const Row*, std::less<>> out;
    for (const Row& row : transitions()) out.emplace(row_text(row), &row);
    return out;
  }();
  const auto it = kByText.find(text);
  return it == kByText.end() ? nullptr : it->second;
}

std::string recorded_name(const World& w, InstanceId id) {
  if (!w.is_present(id)) return {};
  return fmt::format("{}@{}", w.definition(w.at(id))->name, w.at(id).number);
}

std::string row_text(const Row& row) {
  const std::string what = fmt::format("{} on {}", enum_name(row.from), enum_name(row.input));
  return row.guard->name.empty() ? fmt::format("{}: {}", what, row.why)
                                 : fmt::format("{} [{}]: {}", what, row.guard->name, row.why);
}

InstanceRecord record_of(const World& w, const Instance& i) {
  InstanceRecord out;
  each_row(kSame, [&](auto from, auto to) { out.*to = i.*from; });
  each_row(kTexts, [&](auto from, auto to) { out.*to = *(i.*from); });
  out.service = w.definition(i)->name;
  out.is_service_leaving = w.service(i.service).is_vanishing;
  if (names_another(i.cause)) {
    out.cause_by = recorded_name(w, i.cause_by);
    out.cause_root = recorded_name(w, i.cause_root);
  }
  out.start = i.start;
  out.start.held_by = kNoInstance;
  out.start_held_by = recorded_name(w, i.start.held_by);
  if (i.row != nullptr) out.row = row_text(*i.row);
  if (i.health.is_written()) out.health = *i.health;
  return out;
}

void restore(const World& w, Instance& i, const InstanceRecord& record) {
  each_row(kSame, [&](auto to, auto from) { i.*to = record.*from; });
  each_row(kTexts, [&](auto to, auto from) {
    i.*to = {};
    if (!(record.*from).empty()) (i.*to).edit() = record.*from;
  });
  i.cause_by = named(w, record.cause_by);
  i.cause_root = named(w, record.cause_root);
  i.start = record.start;
  i.start.held_by = named(w, record.start_held_by);
  i.row = record.row.empty() ? nullptr : find_row(record.row);
  i.health = {};
  if (record.health) i.health.edit() = *record.health;
}

}  // namespace sup
