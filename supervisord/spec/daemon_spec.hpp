// What a user may say about supervisord itself: the [supervisord] table. The rows are in daemon_fields.hpp.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/enum_names.hpp"
#include "base/time.hpp"
#include "spec/service_spec.hpp"

namespace sup {

enum class LogLevel : std::uint8_t { trace, debug, info, warning, error, off };
template <>
inline constexpr auto kEnumNames<LogLevel> = std::array{
    EnumName{LogLevel::trace, "trace"},     EnumName{LogLevel::debug, "debug"}, EnumName{LogLevel::info, "info"},
    EnumName{LogLevel::warning, "warning"}, EnumName{LogLevel::error, "error"}, EnumName{LogLevel::off, "off"},
};

enum class ServicesLogTo : std::uint8_t { automatic, file, standard_output };
template <>
inline constexpr auto kEnumNames<ServicesLogTo> = std::array{
    EnumName{ServicesLogTo::automatic, "auto", "stdout when supervisord is PID 1, else file."},
    EnumName{ServicesLogTo::file, "file", "NAME.log in log.dir."},
    EnumName{ServicesLogTo::standard_output, "stdout",
             "supervisord's standard output, with \"NAME | \" in front of each line unless a format is chosen."},
};

// Where supervisord's own log goes.
enum class OwnLogTo : std::uint8_t { standard_error, file, syslog, journal };
template <>
inline constexpr auto kEnumNames<OwnLogTo> = std::array{
    EnumName{OwnLogTo::standard_error, "stderr", "supervisord's standard error."},
    EnumName{OwnLogTo::file, "file", "log.path."},
    EnumName{OwnLogTo::syslog, "syslog", "A syslog server, see log.syslog."},
    EnumName{OwnLogTo::journal, "journal", "The journal of systemd."},
};

enum class OwnLogFormat : std::uint8_t { text, json };
template <>
inline constexpr auto kEnumNames<OwnLogFormat> = std::array{
    EnumName{OwnLogFormat::text, "text", "`2026-11-20T23:02:38.412Z info: web: running (its program runs, pid 20625)`"},
    EnumName{OwnLogFormat::json, "json", "An object for each line, with time, level and message."},
};

// supervisord's own log, and the defaults for the logs of services.
struct DaemonLogSpec {
  LogLevel level = LogLevel::info;
  std::vector<OwnLogTo> to = {OwnLogTo::standard_error};
  OwnLogFormat format = OwnLogFormat::text;
  std::string path;  // Absolute; empty: supervisord.log in `dir`.
  Rare<RotateSpec> rotate = {};
  Rare<SyslogSpec> syslog = {};
  ServicesLogTo services = ServicesLogTo::automatic;
  std::string dir;  // Absolute; empty: the default log directory.
  LogFormat services_format = LogFormat::automatic;
  LogTemplate services_template = {};
  LogTimeSpec services_time = {};
  SizeLimit max_total = {};
  friend bool operator==(const DaemonLogSpec&, const DaemonLogSpec&) = default;
};

enum class ExitWhen : std::uint8_t { never, when_done };
template <>
inline constexpr auto kEnumNames<ExitWhen> = std::array{
    EnumName{ExitWhen::never, "never", "Only when told to."},
    EnumName{ExitWhen::when_done, "when-done", "When every service has completed, failed or been stopped."},
};

// By what the processes of a run are known. Each level does all that the next one does, and more.
enum class Containment : std::uint8_t { automatic, cgroup, descent, group };
template <>
inline constexpr auto kEnumNames<Containment> = std::array{
    EnumName{Containment::automatic, "auto", "The first of the others that works."},
    EnumName{Containment::cgroup, "cgroup",
             "A cgroup (version 2) for each run: nothing can leave it, and it is killed by one call."},
    EnumName{Containment::descent, "descent",
             "Descent from the main process, the session, and INVOCATION_ID in the environment."},
    EnumName{Containment::group, "group", "The process group of the main process alone; who leaves it is not found."},
};

struct DaemonSpec {
  std::string socket;       // Absolute; empty: control.sock in the run-time directory.
  std::string runtime_dir;  // Absolute; empty: the default run-time directory.
  std::string state_dir;    // Absolute; empty: the default state directory.
  DaemonLogSpec log;
  Duration shutdown_timeout = std::chrono::seconds{90};
  std::uint32_t start_parallelism = 0;  // 0: no bound.
  Containment containment = Containment::automatic;
  ExitWhen exit = ExitWhen::never;
  std::string exit_code_from;
  std::string forward_signals;
  std::string termination_message;  // Absolute; empty: where Kubernetes wants it, if there is such a file.
  Environment env;
  friend bool operator==(const DaemonSpec&, const DaemonSpec&) = default;
};

}  // namespace sup
