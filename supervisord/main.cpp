// supervisord's command line.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <optional>

#include "base/text.hpp"
#include "base/version.hpp"
#include "config/given.hpp"
#include "daemon/daemon.hpp"
#include "daemon/prepare_process.hpp"
#include "guard/guard.hpp"
#include "guard/handover.hpp"
#include "init/init.hpp"
#include "machine/end.hpp"
#include "machine/prepare.hpp"
#include "machine/shell.hpp"
#include "sys/env.hpp"
#include "sys/terminal.hpp"

namespace {

using sup::DaemonOptions;

constexpr const char* kDescription =
    "supervisord supervises services: it starts them in order, keeps them up, stops them completely, and answers ctl.\n"
    "It stays in the foreground.";
constexpr const char* kFooter =
    "Examples:\n"
    "  supervisord                          with the configuration of /etc/supervisord\n"
    "  supervisord --config ./conf.d        with the files of one directory\n"
    "  supervisord --config web.toml --check\n"
    "  supervisord --only app --skip cache  app and what it needs, without cache\n"
    "  supervisord --tag dev                also what is tagged dev\n"
    "  supervisord --profile dev            also what is there in the profile dev alone\n"
    "  supervisord -- nginx                 as the init of one command, for a container: reaps everybody, sends\n"
    "                                       signals on, ends with its exit code\n"
    "  init=/usr/sbin/supervisord -- --init    on the kernel's command line: as the init of a machine\n"
    "  supervisord --config ./conf.d -- app app as the service 'main' beside those of the configuration; its end ends\n"
    "                                       all, with its exit code\n\n"
    "Environment, where no --config is given: SUPERVISORD_CONFIG, files and directories separated by ':';\n"
    "SUPERVISORD_TOML, the text of a configuration. SUPERVISORD_PROFILE: profiles, separated by ','.\n\n"
    "Options before '-- COMMAND' without a configuration: --wait-all, also wait for who is left when it has ended; "
    "--grace DURATION, who is\n"
    "left then gets TERM and has this long; --forward-to-group, signals go to its process group; --rewrite FROM:TO,\n"
    "a signal goes on as another (HUP:QUIT), or not at all (HUP:0); -v, --verbose.\n\n"
    "Signals: TERM, INT, QUIT, PWR, RTMIN+3 stop everything in order, a second one kills what is left; HUP makes a "
    "removed\n"
    "control socket again; USR2 opens all log files anew; USR1 goes on as the program that is there now, as `ctl\n"
    "reexec`. Others, and USR1 then, too, go to the service that forward-signals names.\n"
    "With --init: INT (Ctrl-Alt-Del) and RTMIN+5 reboot the machine, TERM, QUIT, PWR and RTMIN+4 power it off, "
    "RTMIN+3\n"
    "halts it, in the same order.\n"
    "Exit codes: 0 done, 64 usage, 70 internal error, 71 system error, 73 already running, 78 configuration error, or "
    "the\n"
    "code of a service (exit-code-from, on-exit).";

struct CommandLine {
  DaemonOptions options;
  std::string log_level;
  std::string containment;
  bool is_check = false;
  bool is_init = false;  // Of a machine.
  bool is_guarded = false;
  bool is_unguarded = false;
  bool trusts_writable_config = false;
  std::vector<std::string> kernel_words;  // Those of the kernel's command line that it does not know itself.
};

template <sup::NamedEnum E>
std::vector<std::string_view> words_of() {
  std::vector<std::string_view> words;
  for (const auto& row : sup::kEnumNames<E>) words.push_back(row.name);
  return words;
}

void declare(CLI::App& app, CommandLine& line) {
  app.footer(kFooter);
  app.allow_extras();  // They are refused in our words.
  app.add_option("-c,--config", line.options.config,
                 "A file, or a directory of *.toml files; may be given more than once")
      ->type_name("DIR|FILE")
      ->expected(1)
      ->take_all();
  app.add_option("--socket", line.options.socket, "The control socket")->type_name("PATH");
  app.add_option("--runtime-dir", line.options.runtime_dir, "Where the lock file and the control socket are")
      ->type_name("DIR");
  app.add_option("--state-dir", line.options.state_dir, "Where it is kept which services are enabled")
      ->type_name("DIR");
  app.add_option(
         "--log-level", line.log_level,
         fmt::format("How much supervisord says on standard error: {}", fmt::join(words_of<sup::LogLevel>(), ", ")))
      ->type_name("LEVEL");
  app.add_option(
         "--containment", line.containment,
         fmt::format("By what the processes of a service are known: {}", fmt::join(words_of<sup::Containment>(), ", ")))
      ->type_name("LEVEL");
  app.add_flag("--check", line.is_check, "Check the configuration, say what is wrong, start nothing")
      ->disable_flag_override();
  app.add_option("--only", line.options.only, "Start only these services and what they need")->type_name("NAME");
  app.add_option("--skip", line.options.skip, "Do not start these services, nor what needs them")->type_name("NAME");
  app.add_option("--tag", line.options.tags, "Of the services with tags, start those that have one of these")
      ->type_name("TAG");
  app.add_option("--profile", line.options.profiles, "Of the services with profiles, have those that have one of these")
      ->type_name("PROFILE");
  app.add_flag("--guard", line.is_guarded,
               "A small process stays in front, and services survive the death of supervisord itself: the default")
      ->disable_flag_override();
  app.add_flag("--no-guard", line.is_unguarded, "Without that process")->disable_flag_override();
  app.add_flag("--init", line.is_init,
               "As the init of a machine (PID 1, no container): mounts what is the kernel's, and ends with poweroff, "
               "reboot or halt; as if called under the name init")
      ->disable_flag_override();
  app.add_flag("--trust-writable-config", line.trusts_writable_config,
               "As root, also read files that other users could have written")
      ->disable_flag_override();
  app.set_version_flag("-V,--version", fmt::format("supervisord {}", sup::program_version()));
}

int refuse(const std::string& what) {
  fmt::print(stderr, "supervisord: {}\ntry 'supervisord --help'\n", what);
  return static_cast<int>(sup::DaemonExit::usage);
}

std::string suggestion(std::string_view word, const std::vector<std::string_view>& known) {
  const auto near = sup::nearest(word, known);
  return near ? fmt::format("; did you mean '{}'?", *near) : "";
}

int refuse_extra(const CLI::App& app, const std::string& word) {
  if (!word.starts_with('-')) {
    const std::string shown = sup::printable(word);
    return refuse(fmt::format(
        "unexpected argument '{0}'; a configuration is given by '--config {0}', a command by '-- {0}'", shown));
  }
  const std::string option = word.substr(0, word.find('='));
  std::vector<std::string> names;
  for (const CLI::Option* known : app.get_options()) names.push_back("--" + known->get_lnames().front());
  const std::vector<std::string_view> known(names.begin(), names.end());
  if (sup::init::is_own_option(option))
    return refuse(
        fmt::format("{} is of the init of one command, and here is a configuration; see shutdown-timeout, "
                    "stop and forward-signals",
                    option));
  return refuse(fmt::format("unknown option '{}'{}", sup::printable(option), suggestion(option, known)));
}

// What a library that reads command lines says of a mistake, in our words as far as they are known.
int refuse_mistake(const CLI::App& app, const CLI::ParseError& error) {
  const std::string text = error.what();
  std::string option = text.substr(0, text.find_first_of(": "));  // "--config: 1 required", "check was given".
  if (!option.starts_with('-')) option.insert(0, "--");
  const CLI::Option* known = app.get_option_no_throw(option);
  if (known == nullptr || dynamic_cast<const CLI::ArgumentMismatch*>(&error) == nullptr)
    return refuse(sup::printable(text));
  return refuse(fmt::format("{} {}", option, known->get_expected_min() == 0 ? "takes no value" : "needs a value"));
}

// The word of an option as the enumerator that it names; nothing if it was not given. False: it was refused.
template <sup::NamedEnum E>
bool read_word(std::string_view option, const std::string& word, std::optional<E>& out) {
  if (word.empty()) return true;
  out = sup::enum_from_name<E>(word);
  if (out) return true;
  (void)refuse(fmt::format("{} must be one of {}, not '{}'{}", option, fmt::join(words_of<E>(), ", "),
                           sup::printable(word), suggestion(word, words_of<E>())));
  return false;
}

// Nothing: go on. What reads the options is gone by then.
std::optional<int> read_options(int argc, char** argv, CommandLine& line) {
  CLI::App app{kDescription, "supervisord"};
  declare(app, line);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return error.get_exit_code() == 0 ? app.exit(error) : refuse_mistake(app, error);  // 0: --help, --version.
  }
  for (const std::string& extra : app.remaining()) {
    if (!line.is_init || extra.starts_with('-')) return refuse_extra(app, extra);
    line.kernel_words.push_back(extra);
  }
  if (!read_word("--log-level", line.log_level, line.options.log_level) ||
      !read_word("--containment", line.containment, line.options.containment))
    return static_cast<int>(sup::DaemonExit::usage);
  return std::nullopt;
}

// Where the `--` is; argc: nowhere.
int find_dashes(int argc, char** argv) {
  return static_cast<int>(std::find(argv + std::min(argc, 1), argv + argc, std::string_view("--")) - argv);
}

// Whether a command line with a `--` names a configuration, or the environment does: then the command is a service
// beside those that are configured.
bool is_beside_configuration(int argc, char** argv) {
  const int dashes = find_dashes(argc, argv);
  if (dashes == argc || sup::init::stands_in(argv[0])) return false;
  const auto is_config = [](std::string_view word) {
    return word.starts_with("--config") || (word.starts_with("-c") && !word.starts_with("--"));
  };
  return std::any_of(argv + 1, argv + dashes, is_config) || !sup::given_configuration(sup::this_process()).is_empty();
}

// How this process stands towards a guard that goes on as this program.
enum class Handover : std::uint8_t { none, trial, followed };
Handover handover() {
  const auto setting = sup::sys::environment_variable(sup::guard::kHandoverVariable);
  if (!setting) return Handover::none;
  return setting->starts_with("trial:") ? Handover::trial : Handover::followed;
}

// Nothing: this is the init of a machine, or nobody wants that. In a trial the one who asks is the init.
std::optional<std::string> why_no_machine(int argc, char** argv, CommandLine& line) {
  const pid_t self = handover() == Handover::trial ? ::getppid() : ::getpid();
  const auto is_asked = [](std::string_view word) { return word == "--init"; };
  line.is_init = std::any_of(argv + std::min(argc, 1), argv + argc, is_asked);
  const bool is_named = !line.is_init && self == 1 && argc > 0 && sup::machine::is_named_init(argv[0]);
  if (!line.is_init && !is_named) return std::nullopt;
  const auto why = sup::machine::why_not_here(self);
  if (is_named) line.is_init = !why;
  return is_named ? std::nullopt : why;
}

// PID 1 of a machine goes on whatever the command line says: its end would be a panic of the kernel. Returns in each
// manager.
void begin_machine(CommandLine& line, char** argv, bool is_usable) {
  const std::vector<std::string>& words = line.kernel_words;
  const auto asked = std::ranges::find_if(words, sup::machine::wants_shell);
  auto power = sup::PowerAction::none;
  if (handover() != Handover::none)
    power = sup::PowerAction::none;  // Services run.
  else if (!is_usable)
    power = sup::machine::offer_shell("the options of the command line are not followed, see above");
  else if (asked != words.end())
    power = sup::machine::offer_shell(fmt::format("the kernel's command line says '{}'", *asked));
  if (power != sup::PowerAction::none) sup::machine::end(power, sup::machine::EndPace::gentle);
  if (!is_usable) line.options = {};
  sup::guard::start(argv, {.is_of_machine = true});
}

int run(int argc, char** argv) {
  CommandLine line;
  const int dashes = find_dashes(argc, argv);
  if (dashes < argc) line.options.main_command.assign(argv + dashes + 1, argv + argc);
  argc = dashes;
  const auto why_not = why_no_machine(argc, argv, line);
  const bool is_machine = line.is_init && !why_not;
  if (is_machine && handover() == Handover::none) sup::machine::prepare();
  auto ended = read_options(argc, argv, line);
  if (!ended && line.is_init && line.is_unguarded)
    ended = refuse("--init and --no-guard exclude each other: PID 1 must never end");
  if (ended && (!is_machine || handover() == Handover::trial)) return *ended;
  if (why_not) return refuse(*why_not);
  if (line.trusts_writable_config) line.options.trust = sup::FileTrust::unchecked;
  if (!is_machine && line.is_guarded && line.is_unguarded) return refuse("--guard and --no-guard exclude each other");
  if (is_machine)
    begin_machine(line, argv, !ended);
  else if (line.is_check)
    return sup::check_configuration(line.options);
  else if (!line.is_unguarded) {
    // It belongs to who leads the session, and that is not the manager.
    line.options.is_terminal_free = !line.options.main_command.empty() && sup::sys::give_up_terminal(STDIN_FILENO);
    sup::guard::start(argv);  // Returns in a manager.
  }
  if (const auto code = sup::run_daemon(line.options)) return *code;
  ::_exit(static_cast<int>(sup::DaemonExit::done));  // Others go on: threads in the middle of their work, too.
}

}  // namespace

int main(int argc, char** argv) {
  try {
    // As the init of one command we stay as small and quick as that is: nothing else is begun.
    if (!is_beside_configuration(argc, argv))
      if (const auto code = sup::init::run_if_asked(argc, argv)) return *code;
    sup::prepare_process();
    return run(argc, argv);
  } catch (const std::exception& error) {  // Thrown by libraries only: above all out of memory.
    fmt::print(stderr, "supervisord: internal error: {}\n", error.what());
    return static_cast<int>(sup::DaemonExit::internal);
  }
}
