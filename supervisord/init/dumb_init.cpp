// dumb-init 1.2.5: options, environment, texts.
#include <getopt.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "init/personalities.hpp"

namespace sup::init {
namespace {

constexpr Saying kSayings[] = {
    {Note::detached_leader, Level::debug,
     "Detached from controlling tty, ignoring the first SIGHUP and SIGCONT we receive."},
    {Note::detached, Level::debug, "Detached from controlling tty, but was not session leader."},
    {Note::not_detached, Level::debug, "Unable to detach from controlling tty (errno=%E %e)."},
    {Note::cannot_fork, Level::always, "Unable to fork. Exiting."},
    {Note::cannot_lead, Level::always, "Unable to setsid (errno=%E %e). Exiting."},
    {Note::not_attached, Level::debug, "Unable to attach to controlling tty (errno=%E %e)."},
    {Note::leads, Level::debug, "setsid complete."},
    {Note::cannot_execute, Level::always, "%c: %e"},
    {Note::spawned, Level::debug, "Child spawned with PID %p."},
    {Note::arrived, Level::debug, "Received signal %n."},
    {Note::handed_off, Level::debug, "Ignoring tty hand-off signal %n."},
    {Note::rewritten, Level::debug, "Translating signal %n to %o."},
    {Note::dropped, Level::debug, "Not forwarding signal %n to children (ignored)."},
    {Note::forwarded, Level::debug, "Forwarded signal %n to children."},
    {Note::suspending, Level::debug, "Suspending self due to TTY signal."},
    {Note::exited, Level::debug, "A child with PID %p exited with exit status %o."},
    {Note::killed, Level::debug, "A child with PID %p was terminated by signal %n."},
    {Note::leaving, Level::debug, "Child exited with status %o. Goodbye."},
};
constexpr Prefix kPrefix{STDERR_FILENO, "[dumb-init] "};
constexpr Manner kManner{{kPrefix, kPrefix, kPrefix, kPrefix, kPrefix}, kSayings};
constexpr auto kDebug = static_cast<unsigned>(Level::debug);

constexpr const char* kVersion = "dumb-init v1.2.5\n";

constexpr const char* kUsage =
    " [option] command [[arg] ...]\n\n"
    "dumb-init is a simple process supervisor that forwards signals to children.\n"
    "It is designed to run as PID1 in minimal container environments.\n\n"
    "Optional arguments:\n"
    "   -c, --single-child   Run in single-child mode.\n"
    "                        In this mode, signals are only proxied to the\n"
    "                        direct child and not any of its descendants.\n"
    "   -r, --rewrite s:r    Rewrite received signal s to new signal r before proxying.\n"
    "                        To ignore (not proxy) a signal, rewrite it to 0.\n"
    "                        This option can be specified multiple times.\n"
    "   -v, --verbose        Print debugging information to stderr.\n"
    "   -h, --help           Print this help message and exit.\n"
    "   -V, --version        Print the current version and exit.\n\n"
    "Full help is available online at https://github.com/Yelp/dumb-init\n";

constexpr const char* kRewriteUsage =
    "Usage: -r option takes <signum>:<signum>, where <signum> is between 1 and 31.\n"
    "This option can be specified multiple times.\n"
    "Use --help for full usage.\n";

constexpr option kOptions[] = {
    {"help", no_argument, nullptr, 'h'},          {"single-child", no_argument, nullptr, 'c'},
    {"rewrite", required_argument, nullptr, 'r'}, {"verbose", no_argument, nullptr, 'v'},
    {"version", no_argument, nullptr, 'V'},       {nullptr, 0, nullptr, 0},
};

// Numbers from 1 to 31, and 0 for what is to be dropped; what follows the second number is not looked at.
bool take_rewrite(Plan& plan, const char* text) {
  constexpr int kMost = 31;
  int from = 0;
  int to = 0;
  if (std::sscanf(text, "%d:%d", &from, &to) != 2) return false;
  if (from < 1 || from > kMost || to < 0 || to > kMost) return false;
  plan.rewrites.set(from, to);
  return true;
}

std::optional<Parsed> take_option(Plan& plan, int letter, const char* program) {
  switch (letter) {
    case 'h': return ended(STDERR_FILENO, kVersion + ("Usage: " + std::string(program)) + kUsage, 0);
    case 'V': return ended(STDERR_FILENO, kVersion, 0);
    case 'v': plan.verbosity = kDebug; break;
    case 'c':
      plan.placement = Placement::our_group;
      plan.target = Target::command;
      break;
    case 'r':
      if (!take_rewrite(plan, ::optarg)) return ended(STDERR_FILENO, kRewriteUsage, 1);
      break;
    default: return ended(STDERR_FILENO, "", 1);  // getopt has said it.
  }
  return std::nullopt;
}

bool is_set(const char* variable, std::string_view value) {
  const char* found = std::getenv(variable);
  return found != nullptr && value == found;
}

void read_environment(Plan& plan) {
  if (is_set("DUMB_INIT_DEBUG", "1")) {
    plan.verbosity = kDebug;
    sys::write_text(STDERR_FILENO, "[dumb-init] Running in debug mode.\n");
  }
  if (!is_set("DUMB_INIT_SETSID", "0")) return;
  plan.placement = Placement::our_group;
  plan.target = Target::command;
  if (plan.verbosity >= kDebug) sys::write_text(STDERR_FILENO, "[dumb-init] Not running in setsid mode.\n");
}

// In a session of its own nobody could be stopped by a terminal's signal, so what a shell sends becomes one that works.
void stop_for_shell(Plan& plan) {
  for (const int number : {SIGTSTP, SIGTTOU, SIGTTIN})
    if (!plan.rewrites.changes(number)) plan.rewrites.set(number, SIGSTOP);
}

}  // namespace

Parsed parse_dumb_init(int argc, char** argv) {
  Plan plan;
  plan.manner = &kManner;
  plan.placement = Placement::own_session;
  plan.target = Target::group;
  plan.stops_along = true;
  plan.reaps_when_told = true;
  plan.leaves_at_once = true;
  plan.terminates_rest = true;
  ::optind = 0;  // From the start, whoever has called getopt before.
  for (int letter = 0; (letter = ::getopt_long(argc, argv, "+hvVcr:", kOptions, nullptr)) != -1;)
    if (const auto last = take_option(plan, letter, argv[0])) return *last;
  if (::optind >= argc) {
    const std::string program = argv[0];
    return ended(STDERR_FILENO,
                 "Usage: " + program + " [option] program [args]\nTry " + program + " --help for full usage.\n", 1);
  }
  plan.command = argv + ::optind;
  read_environment(plan);
  if (plan.placement == Placement::own_session) stop_for_shell(plan);
  return {.plan = plan, .done_with = {}, .text = {}};
}

}  // namespace sup::init
