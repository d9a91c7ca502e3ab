// A service of systemd on its way: what the options said that are only understood together.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "import/option.hpp"
#include "import/systemd_text.hpp"

namespace sup::imports {

// RuntimeDirectory= and its like.
struct UnitFolders {
  std::vector<std::string> paths;
  std::string mode = "0755";
};

struct SystemdDraft {
  UnitName unit;
  // Unit -> service of ours, of all that are imported together.
  const std::map<std::string, std::string>* imported = nullptr;
  ValueTable settings;
  // What other options are understood by.
  std::string type = "simple";
  bool has_user = false;           // Its commands run as somebody else than root.
  bool is_all_privileged = false;  // Each of its commands is marked to run as root, whatever User= says.
  std::string owner, owner_group;  // Of the directories that are made for it.
  std::vector<ExecCommand> start, start_pre, start_post, reload, stop, stop_post;
  std::optional<Duration> start_timeout, stop_timeout;
  std::string kill_mode = "control-group";
  std::string kill_signal = "TERM";
  bool sends_hup = false;
  std::string reload_signal = "HUP";
  std::string restart = "no";
  std::optional<Duration> restart_delay, restart_max_delay;
  std::int64_t restart_steps = 0;
  std::optional<Duration> limit_interval;
  std::optional<std::int64_t> limit_burst;
  std::string pid_file;
  std::vector<std::int64_t> success_codes = {0};
  ValueTable env;
  ValueArray env_files;
  std::map<std::string, ValueTable> disks;  // Of resources.io-max, by device.
  bool has_root_dir = false;
  std::map<std::string, UnitFolders> folders;  // By kind, "RuntimeDirectory".
  std::optional<std::vector<std::string>> bounding, ambient;
  std::map<std::string, std::vector<std::string>> relations;  // By setting: "after".
  std::vector<std::string> groups;
  std::string sched_policy, sched_priority, io_class, io_priority;
  std::map<std::string, std::vector<std::string>> conditions;  // By key of `if`: "not-exists".
  std::string on_failure;
  bool is_wanted = false;  // [Install] says by whom.
};

using UnitRow = Row<SystemdDraft>;

// Tables of options, by section.
[[nodiscard]] std::span<const UnitRow> systemd_unit_rows();
[[nodiscard]] std::span<const UnitRow> systemd_install_rows();
// [Service], first what it runs, then what the process is, then what keeps it from things.
[[nodiscard]] std::vector<UnitRow> systemd_service_rows();
[[nodiscard]] std::span<const UnitRow> systemd_run_rows();
[[nodiscard]] std::span<const UnitRow> systemd_process_rows();
[[nodiscard]] std::span<const UnitRow> systemd_resource_rows();
[[nodiscard]] std::span<const UnitRow> systemd_sandbox_rows();

void set_conditions(const SystemdDraft& draft, ValueTable& settings);

// The settings of all that was said, as [service.NAME]; what has to be done as root before is in `before`, else empty.
[[nodiscard]] ValueTable settings_of(const SystemdDraft& draft, std::vector<std::string>& before);

}  // namespace sup::imports
