// How the records of a manager are written down, as engine_rows.hpp says it. Only the files that read or write records
// include this: it is slow to compile.
#pragma once

#include <tuple>

#include "daemon/engine_rows.hpp"
#include "daemon/manager_records.hpp"

namespace sup::record {

template <>
struct Rows<ManagerRecord> {
  using R = ManagerRecord;
  static constexpr auto kRows = std::make_tuple(
      Row{1, &R::version}, Row{2, &R::containment}, Row{3, &R::started_at}, Row{4, &R::asks}, Row{5, &R::exits},
      Row{6, &R::last_change}, Row{7, &R::runtime_dir}, Row{8, &R::socket}, Row{9, &R::identity}, Row{10, &R::program},
      Row{11, &R::is_terminal_free}, Row{12, &R::power}, Row{13, &R::coming}, Row{14, &R::confirm_by},
      Row{15, &R::tried}, Row{16, &R::were_up}, Row{17, &R::is_tried_in_place}, Row{18, &R::tried_at_a_time},
      Row{19, &R::program_before}, Row{20, &R::program_device}, Row{21, &R::program_inode});
};

template <>
struct Rows<ConfigTextRecord> {
  using R = ConfigTextRecord;
  static constexpr auto kRows = std::make_tuple(Row{1, &R::name}, Row{2, &R::text}, Row{3, &R::kind});
};

template <>
struct Rows<TransientRecord> {
  using R = TransientRecord;
  static constexpr auto kRows =
      std::make_tuple(Row{1, &R::name}, Row{2, &R::toml}, Row{3, &R::transience}, Row{4, &R::instances});
};

template <>
struct Rows<FormerRecord> {
  using R = FormerRecord;
  static constexpr auto kRows = std::make_tuple(Row{1, &R::instance}, Row{2, &R::toml}, Row{3, &R::secrets});
};

template <>
struct Rows<OverridesRecord> {
  using R = OverridesRecord;
  static constexpr auto kRows = std::make_tuple(Row{1, &R::service}, Row{2, &R::settings});
};

template <>
struct Rows<TaskRecord> {
  using R = TaskRecord;
  static constexpr auto kRows = std::make_tuple(
      Row{1, &R::serial}, Row{2, &R::kind}, Row{3, &R::index}, Row{4, &R::is_asked}, Row{5, &R::name}, Row{6, &R::pid},
      Row{7, &R::is_over}, Row{8, &R::status}, Row{9, &R::failure}, Row{10, &R::is_doomed});
};

template <>
struct Rows<RunRecord> {
  using R = RunRecord;
  static constexpr auto kRows = std::make_tuple(
      Row{1, &R::instance}, Row{2, &R::invocation}, Row{3, &R::begun_at}, Row{4, &R::main}, Row{5, &R::main_group},
      Row{6, &R::main_is_gone}, Row{7, &R::status}, Row{8, &R::notify}, Row{9, &R::notify_owner},
      Row{10, &R::notify_status}, Row{11, &R::next_main}, Row{12, &R::is_over}, Row{13, &R::is_doomed},
      Row{14, &R::doomed_since}, Row{15, &R::told}, Row{16, &R::last_task}, Row{17, &R::tasks});
};

template <>
struct Rows<LeftOutputRecord> {
  using R = LeftOutputRecord;
  static constexpr auto kRows = std::make_tuple(Row{1, &R::instance}, Row{2, &R::invocation}, Row{3, &R::run},
                                                Row{4, &R::serial}, Row{5, &R::main});
};

template <>
struct Rows<StoredFdRecord> {
  using R = StoredFdRecord;
  static constexpr auto kRows = std::make_tuple(Row{1, &R::number}, Row{2, &R::name}, Row{3, &R::is_watched});
};

template <>
struct Rows<FdStoreRecord> {
  using R = FdStoreRecord;
  static constexpr auto kRows = std::make_tuple(Row{1, &R::instance}, Row{2, &R::fds});
};

template <>
struct Rows<EventHookRecord> {
  using R = EventHookRecord;
  static constexpr auto kRows =
      std::make_tuple(Row{1, &R::name}, Row{2, &R::seen}, Row{3, &R::current}, Row{4, &R::done}, Row{5, &R::failed},
                      Row{6, &R::dropped}, Row{7, &R::missed}, Row{8, &R::last_failure}, Row{9, &R::pid});
};

template <>
struct Rows<HappeningRecord> {
  using R = HappeningRecord;
  static constexpr auto kRows =
      std::make_tuple(Row{1, &R::sequence}, Row{2, &R::time}, Row{3, &R::kind}, Row{4, &R::instance}, Row{5, &R::run},
                      Row{6, &R::from}, Row{7, &R::to}, Row{8, &R::health_from}, Row{9, &R::health_to},
                      Row{10, &R::pid}, Row{11, &R::row}, Row{12, &R::cause}, Row{13, &R::status}, Row{14, &R::words}
#ifdef SUP_RECORDS_OF_TOMORROW
                      ,
                      Row{4000, &R::tomorrow}
#endif
      );
};

}  // namespace sup::record
