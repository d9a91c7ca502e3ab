#include "spec/check_logs.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace sup {
namespace {

// The settings that say how lines are written, with their keys in both tables that have them.
enum class Setting : std::uint8_t {
  format,
  template_,
  time,
  strip_ansi,
  rotate,
  on_full,
  multi_line,
  overflow,
  rate,
  syslog,
  also
};
constexpr std::array<std::array<std::string_view, 2>, 11> kKeys = {{
    {"log.format", "stderr.format"},
    {"log.template", "stderr.template"},
    {"log.time", "stderr.time"},
    {"log.strip-ansi", "stderr.strip-ansi"},
    {"log.rotate", "stderr.rotate"},
    {"log.on-full", "stderr.on-full"},
    {"log.multi-line", "stderr.multi-line"},
    {"log.overflow", "stderr.overflow"},
    {"log.rate", "stderr.rate"},
    {"log.syslog", "stderr.syslog"},
    {"log.also", "stderr.also"},
}};

// Where the log may go, as far as that is known before supervisord runs.
std::vector<LogTo> possible_targets(const LogSpec& log, ServicesLogTo services) {
  if (log.to != LogTo::automatic && log.also.empty()) return {log.to};
  if (log.to != LogTo::automatic) {
    std::vector<LogTo> out = log.also;
    out.push_back(log.to);
    return out;
  }
  if (!log.path.empty() || services == ServicesLogTo::file) return {LogTo::file};
  if (services == ServicesLogTo::standard_output) return {LogTo::standard_output};
  return {LogTo::file, LogTo::standard_output};
}

bool has_time(const ChosenFormat& chosen) {
  if (chosen.format != LogFormat::text) return chosen.format != LogFormat::raw;
  return chosen.template_.text.find("{time}") != std::string::npos;
}

class LogChecker {
 public:
  LogChecker(std::size_t service, bool is_stderr, std::vector<SpecProblem>& problems)
      : service_(service), is_stderr_(is_stderr), problems_(problems) {}

  void check(const LogSpec& log, const DaemonLogSpec& daemon) {
    check_further(log);
    if (log.to == LogTo::null && log.also.empty()) return check_null(log);
    if (!log.template_.text.empty() && log.format != LogFormat::automatic && log.format != LogFormat::text)
      useless(Setting::template_, "format = \"" + std::string(enum_name(log.format)) + "\"",
              "write format = \"text\", or remove the template");
    if (!goes_to(log, LogTo::automatic) && !goes_to(log, LogTo::file)) check_without_file(log);
    std::vector<ChosenFormat> chosen;
    for (const LogTo to : possible_targets(log, daemon.services))
      chosen.push_back(chosen_format(log, log_defaults(daemon), to));
    const auto is_raw = [](const ChosenFormat& c) { return c.format == LogFormat::raw; };
    const bool is_always_raw = std::ranges::all_of(chosen, is_raw);
    if (log.strip_ansi && is_always_raw)
      useless(Setting::strip_ansi, "format = \"raw\"", "write format = \"text\", or remove strip-ansi");
    if (!log.multi_line->start.empty() && is_always_raw)
      useless(Setting::multi_line, "format = \"raw\"", "write format = \"json\", or remove multi-line");
    if (log.time.is_written() && std::ranges::none_of(chosen, has_time))
      useless(Setting::time, is_always_raw ? "format = \"raw\"" : "a template without {time}",
              is_always_raw ? "write format = \"text\", or remove the time" : "put {time} into the template");
  }

 private:
  void check_further(const LogSpec& log) {
    if (log.syslog.is_written() && log.to != LogTo::automatic && !goes_to(log, LogTo::syslog) &&
        !goes_to(log, LogTo::journal))
      useless(Setting::syslog, "to = \"" + std::string(enum_name(log.to)) + "\"",
              "write to = \"syslog\" or also = [\"syslog\"], or remove it");
    for (std::size_t i = 0; i < log.also.size(); ++i) {
      const LogTo further = log.also[i];
      if (further == LogTo::automatic || further == LogTo::null)
        contradict(Setting::also, i, "\"" + std::string(enum_name(further)) + "\" is no further destination",
                   "leave it out");
      else if (further == log.to)
        contradict(Setting::also, i, "it goes to \"" + std::string(enum_name(further)) + "\" already", "leave it out");
    }
  }

  void check_without_file(const LogSpec& log) {
    const std::string where = "to = \"" + std::string(enum_name(log.to)) + "\"";
    if (log.rotate.is_written()) useless(Setting::rotate, where, "write to = \"file\", or remove rotate");
    if (log.on_full != LogOnFull::drop) useless(Setting::on_full, where, "write to = \"file\", or remove on-full");
  }

  void check_null(const LogSpec& log) {
    const bool is_written[] = {log.format != LogFormat::automatic,
                               !log.template_.text.empty(),
                               log.time.is_written(),
                               log.strip_ansi,
                               log.rotate.is_written(),
                               log.on_full != LogOnFull::drop,
                               !log.multi_line->start.empty(),
                               log.overflow != LogOverflow::block,
                               log.rate.has_value()};
    for (std::size_t i = 0; i < std::size(is_written); ++i)
      if (is_written[i]) useless(static_cast<Setting>(i), "to = \"null\"", "nothing is written then: remove it");
  }

  std::string_view key_of(Setting setting) const {
    return kKeys[static_cast<std::size_t>(setting)][is_stderr_ ? 1 : 0];
  }

  void contradict(Setting setting, std::size_t element, std::string_view what, std::string hint) {
    const std::string_view key = key_of(setting);
    std::string message(key);
    message.append(": ").append(what);
    problems_.push_back(
        {ProblemKind::contradiction, {service_, key, element}, std::move(message), std::move(hint), {}});
  }

  void useless(Setting setting, std::string_view with, std::string hint) {
    const std::string_view key = key_of(setting);
    std::string message(key);
    message.append(": it has no effect with ").append(with);
    problems_.push_back({ProblemKind::contradiction, {service_, key, {}}, std::move(message), std::move(hint), {}});
  }

  std::size_t service_;
  bool is_stderr_;
  std::vector<SpecProblem>& problems_;
};

}  // namespace

LogFormatDefaults log_defaults(const DaemonLogSpec& daemon) {
  return {daemon.services_format, daemon.services_template, daemon.services_time};
}

std::vector<SpecProblem> check_logs(std::size_t service, const ServiceSpec& spec, const DaemonLogSpec& daemon) {
  std::vector<SpecProblem> problems;
  LogChecker(service, false, problems).check(spec.log, daemon);
  if (spec.stderr_.mode == StderrMode::own_log) LogChecker(service, true, problems).check(spec.stderr_.log, daemon);
  return problems;
}

}  // namespace sup
