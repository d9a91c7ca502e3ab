// How the records of the engine are written down: a number for each member, for ever. A new member gets the next free
// one; the number of a member that has gone stays unused.
#pragma once

#include "engine/record.hpp"
#include "engine/record_members.hpp"
#include "record/codec.hpp"

namespace sup::record {

template <>
struct Rows<ExitStatus> {
  static constexpr auto kRows =
      std::make_tuple(Row{1, &ExitStatus::code}, Row{2, &ExitStatus::signal}, Row{3, &ExitStatus::core_dumped});
};

template <>
struct Rows<LimitsHit> {
  static constexpr auto kRows = std::make_tuple(
      Row{1, &LimitsHit::is_oom_killed}, Row{2, &LimitsHit::memory_limit_bytes}, Row{3, &LimitsHit::refused_forks});
};

template <>
struct Rows<StartTimes> {  // `held_by` is in the record of the instance, by name.
  static constexpr auto kRows =
      std::make_tuple(Row{1, &StartTimes::asked}, Row{2, &StartTimes::allowed}, Row{3, &StartTimes::spawned},
                      Row{4, &StartTimes::ended}, Row{5, &StartTimes::is_ready});
};

template <>
struct Rows<HealthRecord> {
  static constexpr auto kRows =
      std::make_tuple(Row{1, &HealthRecord::verdict}, Row{2, &HealthRecord::failures}, Row{3, &HealthRecord::successes},
                      Row{4, &HealthRecord::grace_until}, Row{5, &HealthRecord::last_probe},
                      Row{6, &HealthRecord::last_failure}, Row{7, &HealthRecord::has_last_failed});
};

template <>
struct Rows<InstanceRecord> {
  using R = InstanceRecord;
  static constexpr auto kRows = std::make_tuple(
      Row{1, &R::service}, Row{2, &R::number}, Row{3, &R::is_service_leaving}, Row{4, &R::presence}, Row{5, &R::state},
      Row{6, &R::goal}, Row{7, &R::is_cycling}, Row{8, &R::cause}, Row{9, &R::cause_by}, Row{10, &R::cause_root},
      Row{11, &R::last_kind}, Row{12, &R::run_was_asked_to_end}, Row{13, &R::is_replaced}, Row{14, &R::main_is_gone},
      Row{15, &R::has_start_failed}, Row{16, &R::stays_down}, Row{17, &R::is_unfit}, Row{18, &R::has_delayed},
      Row{19, &R::is_confirmed}, Row{20, &R::phase}, Row{21, &R::is_hook_late}, Row{22, &R::is_main_told},
      Row{23, &R::was_frozen}, Row{24, &R::stop_step}, Row{25, &R::hook}, Row{26, &R::serial}, Row{27, &R::pid},
      Row{28, &R::restarts_in_row}, Row{29, &R::restarts_total}, Row{30, &R::last_status}, Row{31, &R::last_limits},
      Row{32, &R::run}, Row{33, &R::since}, Row{34, &R::start}, Row{35, &R::start_held_by}, Row{36, &R::run_since},
      Row{37, &R::run_length}, Row{38, &R::deadline}, Row{39, &R::told_at}, Row{40, &R::stop_by},
      Row{41, &R::watchdog_due}, Row{42, &R::reload_due}, Row{43, &R::watchdog}, Row{44, &R::row},
      Row{45, &R::recent_restarts}, Row{46, &R::failure}, Row{47, &R::trouble}, Row{48, &R::ready_note},
      Row{49, &R::reload_failure}, Row{50, &R::health}, Row{51, &R::survivors}, Row{52, &R::is_last},
      Row{53, &R::stop_chain}, Row{54, &R::came}, Row{55, &R::goes});
  static_assert(std::tuple_size_v<decltype(kRows)> == sup::record_members<R>(), "a member has no number");
};

template <>
struct Rows<EngineRecord> {
  using R = EngineRecord;
  static constexpr auto kRows =
      std::make_tuple(Row{1, &R::next_run}, Row{2, &R::chance}, Row{3, &R::booted_at}, Row{4, &R::is_booted},
                      Row{5, &R::is_shutting_down}, Row{6, &R::is_out_of_patience}, Row{7, &R::is_all_done},
                      Row{8, &R::shutdown_deadline}, Row{9, &R::shutdown_why}, Row{10, &R::exit_by},
                      Row{11, &R::emptied}, Row{12, &R::traffic}, Row{13, &R::is_end_held});
  static_assert(std::tuple_size_v<decltype(kRows)> == sup::record_members<R>(), "a member has no number");
};

}  // namespace sup::record
