// tini 0.19.0: options, environment, texts.
#include <getopt.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <iterator>
#include <string>

#include "base/signals.hpp"
#include "init/personalities.hpp"

namespace sup::init {
namespace {

constexpr Saying kSayings[] = {
    {Note::cannot_tie, Level::always, "Failed to set up parent death signal"},
    {Note::became_reaper, Level::trace, "Registered as child subreaper"},
    {Note::cannot_reap, Level::always, "Failed to register as child subreaper: %e"},
    {Note::reaps_nothing, Level::warning,
     "Tini is not running as PID 1 and isn't registered as a child subreaper.\n"
     "Zombie processes will not be re-parented to Tini, so zombie reaping won't work.\n"
     "To fix the problem, use the -s option or set the environment variable TINI_SUBREAPER to register Tini as a child "
     "subreaper, or run Tini as PID 1."},
    {Note::cannot_fork, Level::always, "fork failed: %e"},
    {Note::cannot_execute, Level::always, "exec %c failed: %e"},
    {Note::spawned, Level::info, "Spawned child process '%c' with pid '%p'"},
    {Note::child_signal, Level::debug, "Received SIGCHLD"},
    {Note::passing, Level::debug, "Passing signal: '%S'"},
    {Note::gone, Level::warning, "Child was dead when forwarding signal"},
    {Note::not_forwarded, Level::warning, "Unexpected error when forwarding signal: '%e'"},
    {Note::reaped, Level::debug, "Reaped child with pid: '%p'"},
    {Note::main_exited, Level::info, "Main child exited normally (with status '%o')"},
    {Note::main_killed, Level::info, "Main child exited with signal (with signal '%S')"},
    {Note::other_reaped, Level::warning, "Reaped zombie process with pid=%p"},
    {Note::none_ended, Level::trace, "No child to reap"},
    {Note::none_left, Level::trace, "No child to wait"},
    {Note::leaving, Level::trace, "Exiting: child has exited"},
};
constexpr Manner kManner{{{{STDERR_FILENO, "[FATAL tini (%m)] "},
                           {STDERR_FILENO, "[WARN  tini (%m)] "},
                           {STDOUT_FILENO, "[INFO  tini (%m)] "},
                           {STDOUT_FILENO, "[DEBUG tini (%m)] "},
                           {STDOUT_FILENO, "[TRACE tini (%m)] "}}},
                         kSayings};

constexpr const char* kVersion = "tini version 0.19.0";

constexpr const char* kUsage =
    "Command line options:\n\n"
    "  --version: Show version and exit.\n"
    "  -h: Show this help message and exit.\n"
    "  -s: Register as a process subreaper (requires Linux >= 3.4).\n"
    "  -p SIGNAL: Trigger SIGNAL when parent dies, e.g. \"-p SIGKILL\".\n"
    "  -v: Generate more verbose output. Repeat up to 3 times.\n"
    "  -w: Print a warning when processes are getting reaped.\n"
    "  -g: Send signals to the child's process group.\n"
    "  -e EXIT_CODE: Remap EXIT_CODE (from 0 to 255) to 0.\n"
    "  -l: Show license and exit.\n\n"
    "Environment variables:\n\n"
    "  TINI_SUBREAPER: Register as a process subreaper (requires Linux >= 3.4).\n"
    "  TINI_VERBOSITY: Set the verbosity level (default: 1).\n"
    "  TINI_KILL_PROCESS_GROUP: Send signals to the child's process group.\n\n";

constexpr const char* kLicense =
    "The MIT License (MIT)\n\n"
    "Copyright (c) 2015 Thomas Orozco <thomas@orozco.fr>\n\n"
    "Permission is hereby granted, free of charge, to any person obtaining a copy\n"
    "of this software and associated documentation files (the \"Software\"), to deal\n"
    "in the Software without restriction, including without limitation the rights\n"
    "to use, copy, modify, merge, publish, distribute, sublicense, and/or sell\n"
    "copies of the Software, and to permit persons to whom the Software is\n"
    "furnished to do so, subject to the following conditions:\n\n"
    "The above copyright notice and this permission notice shall be included in\n"
    "all copies or substantial portions of the Software.\n\n"
    "THE SOFTWARE IS PROVIDED \"AS IS\", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR\n"
    "IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,\n"
    "FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE\n"
    "AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER\n"
    "LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,\n"
    "OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN\n"
    "THE SOFTWARE.\n";

// What -p does not take: the signals that not every system has.
constexpr std::string_view kUnknown[] = {"SIGSTKFLT", "SIGIO", "SIGPWR"};

Parsed show_usage(const char* program, int fd, int code) {
  const std::string path = program;
  const std::string name = path.substr(path.rfind('/') + 1);
  return ended(fd,
               name + " (" + kVersion + ")\nUsage: " + name +
                   " [OPTIONS] PROGRAM -- [ARGS] | --version\n\n"
                   "Execute a program under the supervision of a valid init process (" +
                   name + ")\n\n" + kUsage,
               code);
}

Parsed refuse(char option) {
  sys::Line line;
  fill(line, "[FATAL tini (%m)] Not a valid option for -", {});
  return ended(STDERR_FILENO, std::string(line.text()) + option + ": " + ::optarg + "\n", 1);
}

// Only the full name in capitals, no second name, no number, none of real time.
bool take_parent_death(Plan& plan, std::string_view name) {
  const auto signal = parse_signal(name);
  if (!signal || "SIG" + signal_name(*signal) != name) return false;
  if (signal->number > SIGSYS || std::ranges::find(kUnknown, name) != std::end(kUnknown)) return false;
  plan.parent_death = signal->number;
  return true;
}

bool take_excused(Plan& plan, const char* text) {
  char* end = nullptr;
  const long code = std::strtol(text, &end, 10);
  if (*end != '\0' || code < 0 || code > 255) return false;
  plan.excused.set(static_cast<std::size_t>(code));
  return true;
}

void read_environment(Plan& plan) {
  if (std::getenv("TINI_SUBREAPER") != nullptr) plan.wants_reaper = true;
  if (std::getenv("TINI_KILL_PROCESS_GROUP") != nullptr) plan.target = Target::group;
  if (const char* verbosity = std::getenv("TINI_VERBOSITY"))
    plan.verbosity = static_cast<unsigned>(std::atoi(verbosity));
}

// One option; what it says if it is the last one that is looked at.
std::optional<Parsed> take_option(Plan& plan, int option, const char* program) {
  switch (option) {
    case 'h': return show_usage(program, STDOUT_FILENO, 0);
    case 'l': return ended(STDOUT_FILENO, kLicense, 0);
    case 's': plan.wants_reaper = true; break;
    case 'v': ++plan.verbosity; break;
    case 'w': plan.tells_reaped = true; break;
    case 'g': plan.target = Target::group; break;
    case 'p':
      if (!take_parent_death(plan, ::optarg)) return refuse('p');
      break;
    case 'e':
      if (!take_excused(plan, ::optarg)) return refuse('e');
      break;
    default: return show_usage(program, STDERR_FILENO, 1);
  }
  return std::nullopt;
}

}  // namespace

Parsed parse_tini(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--version")
    return ended(STDOUT_FILENO, std::string(kVersion) + "\n", 0);
  Plan plan;
  plan.manner = &kManner;
  plan.verbosity = static_cast<unsigned>(Level::warning);
  ::optind = 0;  // From the start, whoever has called getopt before.
  for (int option = 0; (option = ::getopt(argc, argv, "p:hvwgle:s")) != -1;)
    if (const auto last = take_option(plan, option, argv[0])) return *last;
  if (::optind >= argc) return show_usage(argv[0], STDERR_FILENO, 1);
  plan.command = argv + ::optind;
  read_environment(plan);
  return {.plan = plan, .done_with = {}, .text = {}};
}

}  // namespace sup::init
