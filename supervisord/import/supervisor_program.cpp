#include "import/supervisor_program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/signals.hpp"
#include "base/text.hpp"
#include "import/source.hpp"
#include "import/words.hpp"

namespace sup::imports {
namespace {

using Program = SupervisorProgram;

Verdict bad_value(const Option& option) {
  return lost_essential(fmt::format("'{}' is no value of it", printable(option.value, 80)));
}

std::string whole_path(const Program& program, const std::string& path) {
  return path.starts_with('/') ? absolute(path) : absolute(program.folder + "/" + path);
}

Verdict map_number(const Option& option, std::int64_t& into, std::string_view setting) {
  const auto number = whole_number(option.value);
  if (!number || *number < 0) return bad_value(option);
  into = *number;
  return mapped(std::string(setting));
}

Verdict map_flag(const Option& option, bool& into, std::string_view setting) {
  const auto flag = flag_of(option.value);
  if (!flag) return bad_value(option);
  into = *flag;
  return mapped(std::string(setting));
}

Verdict map_command(Program& program, const Option& option) {
  auto words = shlex_words(option.value);
  if (!words || words->empty()) return lost_essential(words ? "it is empty" : words.error().what);
  program.command = *std::move(words);
  return mapped("command");
}

Verdict map_restart(Program& program, const Option& option) {
  if (lower(option.value) == "unexpected")
    program.restart = "on-failure";
  else if (const auto flag = flag_of(option.value))
    program.restart = *flag ? "always" : "never";
  else
    return bad_value(option);
  return mapped("restart.when");
}

Verdict map_exit_codes(Program& program, const Option& option) {
  std::vector<std::int64_t> codes;
  std::string text = option.value;
  std::ranges::replace(text, ',', ' ');
  for (const std::string& word : blank_separated(text)) {
    const auto code = whole_number(word);
    if (!code || *code < 0 || *code > 255) return bad_value(option);
    codes.push_back(*code);
  }
  program.exit_codes = codes;
  return mapped("success-codes");
}

Verdict map_stop_signal(Program& program, const Option& option) {
  const auto signal = parse_signal(option.value);
  if (!signal) return bad_value(option);
  program.stop_signal = signal_name(*signal);
  return mapped("stop.signal");
}

Verdict map_environment(Program& program, const Option& option) {
  const auto variables = environment_list(option.value);
  if (!variables) return lost_essential(variables.error().what);
  ValueTable table;
  for (const auto& [name, value] : *variables)
    if (table.find(name) == nullptr) table.add(name, text_value(value));
  set(program.further, "env", {std::move(table), {}});
  return mapped("env");
}

Verdict map_directory(Program& program, const Option& option) {
  if (option.value.starts_with('~')) return lost_essential("a home directory is not expanded; write the whole path");
  set(program.further, "working-dir", text_value(whole_path(program, option.value)));
  return mapped("working-dir");
}

Verdict map_umask(Program& program, const Option& option) {
  const auto mask = octal_number(option.value);
  if (!mask || *mask < 0 || *mask > 0777) return bad_value(option);
  set(program.further, "umask", text_value(fmt::format("{:03o}", *mask)));
  return mapped("umask");
}

Verdict map_user(Program& program, const Option& option) {
  set(program.further, "user", text_value(option.value));
  return mapped("user");
}

Verdict map_log_file(Program& program, SupervisorLog& log, const Option& option, std::string_view setting) {
  const std::string word = lower(option.value);
  if (word == "auto") return same("its output is captured, and rotated, without a setting");
  log.is_off = word == "none" || word == "off";
  log.is_syslog = word == "syslog";
  log.is_stdout = option.value == "/dev/stdout" || option.value == "/dev/stderr" || option.value == "/dev/fd/1" ||
                  option.value == "/dev/fd/2" || option.value == "/proc/self/fd/1" || option.value == "/proc/self/fd/2";
  if (option.value.starts_with('~')) return lost("a home directory is not expanded; its output is logged all the same");
  if (!log.is_off && !log.is_syslog && !log.is_stdout) log.file = whole_path(program, option.value);
  return mapped(std::string(setting));
}

Verdict map_log_size(SupervisorLog& log, const Option& option, std::string_view setting) {
  log.max_size = supervisor_size(option.value);
  return log.max_size ? mapped(std::string(setting)) : bad_value(option);
}

Verdict map_backups(SupervisorLog& log, const Option& option, std::string_view setting) {
  std::int64_t number = 0;
  const Verdict verdict = map_number(option, number, setting);
  if (verdict.fate == Fate::mapped) log.backups = std::min<std::int64_t>(number, 10'000);
  return verdict;
}

Verdict map_log_syslog(SupervisorLog& log, const Option& option, std::string_view setting) {
  const auto flag = flag_of(option.value);
  if (!flag) return bad_value(option);
  log.also_syslog = *flag;
  return *flag ? mapped(std::string(setting)) : same("without a setting nothing goes to syslog");
}

// What is lost only if it is switched on.
Verdict lost_if_on(const Option& option, std::string_view why) {
  const auto size = supervisor_size(option.value);
  const auto flag = flag_of(option.value);
  const bool is_off = (flag && !*flag) || (size && size->get_if<std::string>() != nullptr && option.value == "0");
  return is_off ? same("it is switched off") : lost(std::string(why));
}

Verdict map_server_url(Program&, const Option& option) {
  if (lower(option.value) == "auto") return same("AUTO");
  return lost("nobody answers XML-RPC; SUPERVISOR_SERVER_URL is not in the environment");
}

constexpr std::string_view kNoCapture =
    "what a program says between supervisor's marks is not cut out; `ctl events` has events";
constexpr std::string_view kNoLogEvents = "lines are no events here; `ctl logs --follow` streams them";

constexpr auto kProgramRows = std::array{
    Row<Program>{"command", map_command},
    Row<Program>{"process_name", [](Program&, const Option&) { return mapped("the name of the service"); }},
    Row<Program>{"numprocs",
                 [](Program&, const Option& o) {
                   return o.value == "1" ? same("one is what there is without a setting")
                                         : mapped("instances, or a service for each");
                 }},
    Row<Program>{"numprocs_start", [](Program&, const Option&) { return mapped("the numbers of the processes"); }},
    Row<Program>{"priority",
                 [](Program& p, const Option& o) {
                   const auto number = whole_number(o.value);
                   if (!number) return bad_value(o);
                   p.priority = *number;
                   return *number == 999 ? same("999 is the priority of all that say nothing") : mapped("after");
                 }},
    Row<Program>{"autostart", [](Program& p, const Option& o) { return map_flag(o, p.is_enabled, "enabled"); }},
    Row<Program>{"startsecs",
                 [](Program& p, const Option& o) { return map_number(o, p.start_seconds, "ready.delay"); }},
    Row<Program>{
        "startretries",
        [](Program&, const Option&) {
          return lost(
              "starts that fail are tried again without end, with growing waits; restart.max bounds all restarts");
        }},
    Row<Program>{"autorestart", map_restart},
    Row<Program>{"exitcodes", map_exit_codes},
    Row<Program>{"stopsignal", map_stop_signal},
    Row<Program>{"stopwaitsecs",
                 [](Program& p, const Option& o) { return map_number(o, p.stop_seconds, "stop.timeout"); }},
    Row<Program>{"stopasgroup", [](Program& p, const Option& o) { return map_flag(o, p.stops_group, "stop.to"); }},
    same_row<Program>("killasgroup", "what is left after the stop gets KILL in any case"),
    Row<Program>{"user", map_user},
    Row<Program>{"redirect_stderr",
                 [](Program& p, const Option& o) { return map_flag(o, p.redirects_stderr, "stderr"); }},
    Row<Program>{"stdout_logfile", [](Program& p, const Option& o) { return map_log_file(p, p.out, o, "log.path"); }},
    Row<Program>{"stdout_logfile_maxbytes",
                 [](Program& p, const Option& o) { return map_log_size(p.out, o, "log.rotate.max-size"); }},
    Row<Program>{"stdout_logfile_backups",
                 [](Program& p, const Option& o) { return map_backups(p.out, o, "log.rotate.keep"); }},
    Row<Program>{"stdout_capture_maxbytes", [](Program&, const Option& o) { return lost_if_on(o, kNoCapture); }},
    Row<Program>{"stdout_events_enabled", [](Program&, const Option& o) { return lost_if_on(o, kNoLogEvents); }},
    Row<Program>{"stdout_syslog", [](Program& p, const Option& o) { return map_log_syslog(p.out, o, "log.also"); }},
    Row<Program>{"stderr_logfile",
                 [](Program& p, const Option& o) { return map_log_file(p, p.err, o, "stderr.path"); }},
    Row<Program>{"stderr_logfile_maxbytes",
                 [](Program& p, const Option& o) { return map_log_size(p.err, o, "stderr.rotate.max-size"); }},
    Row<Program>{"stderr_logfile_backups",
                 [](Program& p, const Option& o) { return map_backups(p.err, o, "stderr.rotate.keep"); }},
    Row<Program>{"stderr_capture_maxbytes", [](Program&, const Option& o) { return lost_if_on(o, kNoCapture); }},
    Row<Program>{"stderr_events_enabled", [](Program&, const Option& o) { return lost_if_on(o, kNoLogEvents); }},
    Row<Program>{"stderr_syslog", [](Program& p, const Option& o) { return map_log_syslog(p.err, o, "stderr.also"); }},
    Row<Program>{"environment", map_environment},
    Row<Program>{"directory", map_directory},
    Row<Program>{"umask", map_umask},
    Row<Program>{"serverurl", map_server_url},
};

// Into a log table at `prefix`; false if nothing was said.
bool add_log(ValueTable& settings, const SupervisorLog& log, std::string_view prefix) {
  const auto at = [&](std::string_view key) { return fmt::format("{}.{}", prefix, key); };
  const bool is_said = !log.file.empty() || log.is_off || log.is_syslog || log.is_stdout || log.also_syslog;
  if (log.is_off) set(settings, at("to"), text_value("null"));
  if (log.is_syslog) set(settings, at("to"), text_value("syslog"));
  if (log.is_stdout) set(settings, at("to"), text_value("stdout"));
  if (!log.file.empty()) {
    set(settings, at("to"), text_value("file"));
    set(settings, at("path"), text_value(log.file));
  }
  if (log.also_syslog && !log.is_syslog) set(settings, at("also"), words_value({"syslog"}));
  const bool is_file = !log.is_off && !log.is_syslog && !log.is_stdout;
  if (is_file && (is_said || prefix == "log")) {
    if (log.max_size) set(settings, at("rotate.max-size"), *log.max_size);
    if (log.backups) set(settings, at("rotate.keep"), number_value(*log.backups));
  }
  return is_said;
}

}  // namespace

std::optional<Value> supervisor_size(std::string_view text) {
  constexpr std::int64_t kSmallest = 4096;
  std::int64_t unit = 1;
  const std::string word = lower(text);
  std::string_view digits = word;
  for (const auto& [suffix, factor] :
       {std::pair{"kb", std::int64_t{1} << 10}, {"mb", std::int64_t{1} << 20}, {"gb", std::int64_t{1} << 30}})
    if (digits.ends_with(suffix)) {
      unit = factor;
      digits.remove_suffix(2);
      break;
    }
  const auto number = whole_number(digits);
  if (!number || *number < 0 || *number > (std::int64_t{1} << 40) / unit) return std::nullopt;
  if (*number == 0) return text_value("unlimited");
  return text_value(format_size(static_cast<std::uint64_t>(std::max(*number * unit, kSmallest))));
}

bool is_program_option(std::string_view name) {
  return std::ranges::any_of(kProgramRows, [&](const Row<Program>& row) { return row.name == name; });
}

SupervisorProgram read_program(std::span<const Option> options, const std::string& folder, std::string_view service,
                               std::string_view context, std::vector<Note>& notes) {
  SupervisorProgram program;
  program.folder = folder;
  apply<SupervisorProgram>(kProgramRows, options, program, service, context, notes);
  return program;
}

ValueTable settings_of(const SupervisorProgram& program) {
  ValueTable settings;
  set(settings, "command", words_value(program.command));
  if (!program.is_enabled) set(settings, "enabled", flag_value(false));
  for (const Entry& entry : program.further.entries) set(settings, entry.key, entry.value);
  if (program.start_seconds > 0) set(settings, "ready.delay", text_value(seconds_text(program.start_seconds)));
  set(settings, "restart", text_value(program.restart));
  if (program.exit_codes != std::vector<std::int64_t>{0}) {
    ValueArray codes;
    for (const std::int64_t code : program.exit_codes) codes.push_back(number_value(code));
    set(settings, "success-codes", {std::move(codes), {}});
  }
  set(settings, "stop.signal", text_value(program.stop_signal));
  set(settings, "stop.to", text_value(program.stops_group ? "group" : "main"));
  set(settings, "stop.timeout", text_value(seconds_text(program.stop_seconds)));
  add_log(settings, program.out, "log");
  if (program.redirects_stderr)
    set(settings, "stderr", text_value("stdout"));
  else
    add_log(settings, program.err, "stderr");
  return settings;
}

}  // namespace sup::imports
