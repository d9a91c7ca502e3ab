// The commands: one row each. From the rows follow ctl's parser, help and completion, the daemon's dispatch, parameter
// and permission checks, the varlink interface description and docs/ctl.md. A command is a row; nothing about it is
// said elsewhere.
//
// To add one: a Verb, a row in command_rows.hpp, and the reply struct in messages.hpp.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "wire/arguments.hpp"
#include "wire/exit_codes.hpp"
#include "wire/roles.hpp"

namespace sup::wire {

inline constexpr std::string_view kInterface = "io.supervisord";

// A command by identity, for switches; its words are in its row.
enum class Verb : std::uint8_t {
  status,
  start,
  stop,
  restart,
  reload,
  signal,
  kill,
  pause,
  resume,
  wait,
  logs,
  events,
  test_hook,
  show,
  env,
  explain,
  graph,
  blame,
  critical_chain,
  plot,
  set,
  plan,
  apply,
  confirm,
  enable,
  disable,
  clean,
  exec,
  attach,
  run,
  scale,
  tree,
  features,
  health,
  check,
  version,
  log_level,
  ping,
  shutdown,
  reexec,
  poweroff,
  reboot,
  halt,
  completion,
  schema,
  explain_key,
  format_files,
  top,
  import_foreign,
  cat,
  edit,
  new_definition,
};

enum class ParamType : std::uint8_t {
  boolean,
  integer,
  text,
  texts,     // A list of texts.
  choice,    // One of ParamRow::choices.
  duration,  // In milliseconds; people write "10s", as base/text.hpp reads them.
  moment,    // In Unix milliseconds; people write it as base/moment.hpp says.
};

// How a parameter is written on the command line of ctl.
enum class Given : std::uint8_t {
  word,      // One word by position.
  words,     // All further words.
  rest,      // All further words, and whatever comes behind "--", options or not.
  flag,      // Present: true.
  flag_off,  // Present: false ("--no-wait" for `wait`); absent: true.
  option,    // With a value.
};

enum class Need : std::uint8_t {
  optional,
  required,
  unless_tagged,  // Required, unless the parameter kTags is given.
};
// The parameter that chooses services by their tags.
inline constexpr std::string_view kTags = "tags";

// Whether the daemon gets to see a parameter, or ctl keeps it for itself.
enum class Scope : std::uint8_t { call, local };

// What a shell offers for the value.
enum class Completes : std::uint8_t { nothing, services, signals, files, settings };

// One parameter of a command.
struct ParamRow {
  std::string_view name;  // In the call: a varlink field name.
  ParamType type;
  Given given;
  std::string_view option = {};   // "-n,--lines" for flags and options.
  std::string_view metavar = {};  // "NAME": how help calls the value.
  Need need = Need::optional;
  Scope scope = Scope::call;
  std::string_view fallback = {};  // The value when it is not given, as text; empty: none.
  std::span<const std::string_view> choices = {};
  std::int64_t min = std::numeric_limits<std::int64_t>::min();
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
  Role role = Role::none;  // Giving it may need more than the command itself.
  Completes completes = Completes::nothing;
  std::string_view doc;
};

// A command line that works as it stands, and what it is for.
struct Example {
  std::string_view line;
  std::string_view doc;
};

// Whether a call is answered once or with a stream of replies ("more" of varlink).
enum class Streaming : std::uint8_t {
  never,
  on_request,  // With "more": progress, then the final reply; without: the final reply alone.
  required,    // Without "more" the answer is ExpectedMore.
};

// The role that a command needs. It has no default, so that a row which forgets it does not compile.
struct RequiredRole {
  consteval RequiredRole(Role needed) : value(needed) {}  // Not explicit: a row just says `.role = Role::operate`.
  Role value;
};

enum class HelpGroup : std::uint8_t { services, insight, supervisord, files };

struct CommandRow {
  Verb verb;
  std::string_view name;
  std::span<const std::string_view> aliases = {};
  std::string_view method = {};  // CamelCase, in io.supervisord; empty: ctl does it without the daemon.
  RequiredRole role;
  Streaming streaming = Streaming::never;
  HelpGroup group;
  std::span<const ParamRow> params = {};
  std::string_view reply = {};  // The struct of messages.hpp whose members are the reply; empty for a local command.
  std::string_view summary;     // One line.
  std::string_view text;        // The long help: whole sentences.
  std::span<const Example> examples;
  std::span<const ExitCode> exits;
  std::string_view exit_note = {};  // What the codes above do not say.
};

// All commands, in the order of the documents.
[[nodiscard]] std::span<const CommandRow> commands();
[[nodiscard]] const CommandRow& command(Verb verb);
// By name or alias; null if there is none.
[[nodiscard]] const CommandRow* find_command(std::string_view word);
// By full varlink name ("io.supervisord.Start"); null if there is none.
[[nodiscard]] const CommandRow* find_method(std::string_view method);
// The parameter row of this name; null if there is none.
[[nodiscard]] const ParamRow* find_param(const CommandRow& row, std::string_view name);

// The role needed for a call with these arguments: the command's, or more if a parameter asks for more.
[[nodiscard]] Role needed_role(const CommandRow& row, const Arguments& arguments);
// Sets every parameter that was not given and has a fallback.
void fill_fallbacks(const CommandRow& row, Arguments& arguments);

}  // namespace sup::wire
