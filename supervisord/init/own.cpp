// The command line of our own: supervisord [OPTION...] -- COMMAND [ARGUMENT...]
#include <sys/types.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>

#include "base/signals.hpp"
#include "base/text.hpp"
#include "init/init.hpp"
#include "init/personalities.hpp"
#include "init/terminal.hpp"

namespace sup::init {
namespace {

constexpr int kUsage = 64;  // As of supervisord itself.
constexpr int kSystem = 71;

constexpr Saying kSayings[] = {
    {Note::reaps_nothing, Level::warning, "cannot become the parent of orphans: %e; not all zombies will be reaped"},
    {Note::cannot_fork, Level::always, "cannot start '%q': %e"},
    {Note::cannot_execute, Level::always, "cannot execute '%q': %e"},
    {Note::spawned, Level::info, "started '%q', pid %p"},
    {Note::rewritten, Level::info, "%N is rewritten to %O"},
    {Note::passing, Level::info, "%N goes to '%q', pid %p"},
    {Note::not_forwarded, Level::warning, "cannot send %N to pid %p: %e"},
    {Note::main_exited, Level::info, "'%q' has ended: exit %o"},
    {Note::main_killed, Level::info, "'%q' has ended: signal %N"},
    {Note::other_exited, Level::info, "reaped pid %p: exit %o"},
    {Note::other_killed, Level::info, "reaped pid %p: signal %N"},
    {Note::telling_others, Level::info, "who is left gets %N"},
    {Note::killing_others, Level::warning, "who is left has had its time, and gets KILL"},
};
constexpr Prefix kPrefix{STDERR_FILENO, "supervisord: "};
constexpr Manner kManner{{kPrefix, kPrefix, kPrefix, kPrefix, kPrefix}, kSayings};

// The reason why a value cannot be taken; empty: it was.
using Take = std::string (*)(Plan& plan, const std::string& value);

std::string take_grace(Plan& plan, const std::string& value) {
  const auto grace = parse_duration(value);
  if (!grace) return grace.error().what;
  plan.grace = *grace;
  return {};
}

std::string take_rewrite(Plan& plan, const std::string& value) {
  const std::size_t colon = value.find(':');
  if (colon == std::string::npos) return "'" + printable(value) + "' is not FROM:TO, such as TERM:QUIT or HUP:0";
  const auto from = parse_signal(value.substr(0, colon));
  if (!from) return from.error().what;
  const std::string second = value.substr(colon + 1);
  const auto to = second == "0" ? Result<Signal>(Signal{0}) : parse_signal(second);
  if (!to) return to.error().what;
  if (from->number == SIGKILL || from->number == SIGSTOP || from->number == SIGCHLD)
    return signal_name(*from) + " is never sent on, so it cannot be rewritten";
  plan.rewrites.set(from->number, to->number);
  return {};
}

std::string take_group(Plan& plan, const std::string&) {
  plan.target = Target::group;
  return {};
}
std::string take_wait_all(Plan& plan, const std::string&) {
  plan.waits_for_all = true;
  return {};
}
std::string take_verbose(Plan& plan, const std::string&) {
  plan.verbosity = static_cast<unsigned>(Level::info);
  return {};
}

struct Option {
  std::string_view name;
  std::string_view short_name;
  bool has_value;
  Take take;
};
constexpr Option kOptions[] = {
    {"--wait-all", "", false, take_wait_all},      {"--grace", "", true, take_grace},
    {"--forward-to-group", "", false, take_group}, {"--rewrite", "", true, take_rewrite},
    {"--verbose", "-v", false, take_verbose},
};

const Option* find_option(std::string_view word) noexcept {
  const std::string_view name = word.substr(0, word.find('='));
  for (const Option& option : kOptions)
    if (option.name == name || (!option.short_name.empty() && option.short_name == word)) return &option;
  return nullptr;
}

Parsed refuse(const std::string& what) {
  return ended(STDERR_FILENO, "supervisord: " + what + "\ntry 'supervisord --help'\n", kUsage);
}

std::string unknown(const std::string& word) {
  std::array<std::string_view, std::size(kOptions)> names;
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = kOptions[i].name;
  const auto near = nearest(std::string_view(word).substr(0, word.find('=')), names);
  const std::string hint = near ? "; did you mean '" + std::string(*near) + "'?" : "";
  return "'" + printable(word) + "' has no meaning before '-- COMMAND'" + hint;
}

// Takes the option at argv[i], and moves i to its value if that is an argument of its own. What is wrong; empty:
// nothing.
std::string take_option(Plan& plan, char** argv, int& i, int end) {
  const std::string word = argv[i];
  const Option* option = find_option(word);
  if (option == nullptr) return unknown(word);
  const std::size_t equals = word.find('=');
  if (!option->has_value)
    return equals == std::string::npos ? option->take(plan, "") : std::string(option->name) + " takes no value";
  if (equals == std::string::npos && i + 1 >= end) return std::string(option->name) + " needs a value";
  const std::string value = equals == std::string::npos ? argv[++i] : word.substr(equals + 1);
  const std::string wrong = option->take(plan, value);
  return wrong.empty() ? wrong : std::string(option->name) + ": " + wrong;
}

// Where the `--` is; argc: nowhere.
int find_dashes(int argc, char** argv) noexcept {
  int i = 1;
  while (i < argc && std::string_view(argv[i]) != "--") ++i;
  return i;
}

}  // namespace

bool is_own_option(std::string_view word) noexcept { return find_option(word) != nullptr; }

bool is_own(int argc, char** argv) noexcept {
  const int dashes = find_dashes(argc, argv);
  for (int i = 1; i < dashes; ++i) {
    const std::string_view word = argv[i];
    if (word == "--help" || word == "-h" || word == "--version" || word == "-V") return false;
  }
  return dashes < argc || (argc > 1 && find_option(argv[1]) != nullptr);
}

Parsed parse_own(int argc, char** argv) {
  Plan plan;
  plan.manner = &kManner;
  plan.verbosity = static_cast<unsigned>(Level::warning);
  plan.internal_failure = kSystem;
  const int dashes = find_dashes(argc, argv);
  for (int i = 1; i < dashes; ++i) {
    const std::string wrong = take_option(plan, argv, i, dashes);
    if (!wrong.empty()) return refuse(wrong);
  }
  if (dashes + 1 >= argc) return refuse("there is no command: write it after '--', as in 'supervisord -- nginx'");
  plan.command = argv + dashes + 1;
  if (plan.target == Target::command && is_part_of_job()) plan.placement = Placement::our_group;
  return {.plan = plan, .done_with = {}, .text = {}};
}

}  // namespace sup::init
