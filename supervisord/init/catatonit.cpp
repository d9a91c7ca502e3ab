// catatonit 0.1.7: options, environment, texts.
#include <getopt.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string>

#include "init/personalities.hpp"

namespace sup::init {
namespace {

constexpr Saying kSayings[] = {
    {Note::cannot_reap, Level::always, "failed to set child-reaper as non-pid1: %e"},
    {Note::cannot_fork, Level::always, "failed to fork child: %e"},
    {Note::cannot_fork, Level::always, "failed to spawn pid1: %e"},
    {Note::no_tty_device, Level::info, "using stdin as tty fd: could not open /dev/tty: %e"},
    {Note::no_terminal, Level::debug, "setting foreground process failed: no tty present: %e"},
    {Note::cannot_execute, Level::always, "failed to exec pid1: %e"},
    {Note::spawned, Level::debug, "pid1 (%p) spawned: %c"},
    {Note::dropped, Level::debug, "ignoring kernel attempting to stop us: tty has TOSTOP set"},
    {Note::gone, Level::warning, "forwarding of signal %n to pid1 (%p) failed: %e"},
    {Note::not_forwarded, Level::warning, "forwarding of signal %n to pid1 (%p) failed: %e"},
    {Note::other_exited, Level::debug, "child process %p exited with code %o"},
    {Note::other_killed, Level::debug, "child process %p exited due to signal %n"},
    {Note::none_left, Level::debug, "got ECHILD: no children left to monitor"},
};
constexpr Manner kManner{{{{STDERR_FILENO, "ERROR (catatonit:%m): "},
                           {STDERR_FILENO, "WARN (catatonit:%m): "},
                           {STDERR_FILENO, "INFO (catatonit:%m): "},
                           {STDERR_FILENO, "DEBUG (catatonit:%m): "},
                           {STDERR_FILENO, "DEBUG (catatonit:%m): "}}},
                         kSayings};

constexpr const char* kUsage = "usage: catatonit [-ghLPV] [--] <progname> [<arguments>...]\n";

constexpr const char* kHelp =
    "\noptions:\n"
    "  -g              Forward signals to pid1's process group.\n"
    "  -h              Print this help page.\n"
    "  -L              Print license information.\n"
    "  -P              Run in pause mode (no program is run and quit on SIGINT).\n"
    "  -V, --version   Print version information.\n\n"
    "The source code can be found at <https://github.com/openSUSE/catatonit/>.\n"
    "For bug reporting instructions, please see: <https://bugs.opensuse.org/>.\n";

constexpr const char* kVersion = "tini version 0.1.7_catatonit\n";  // Docker looks for the first word.

constexpr const char* kLicense =
    "catatonit: a container init so simple it's effectively brain-dead\n"
    "Copyright (C) 2018 SUSE LLC\n\n"
    "This program is free software: you can redistribute it and/or modify\n"
    "it under the terms of the GNU General Public License as published by\n"
    "the Free Software Foundation, either version 3 of the License, or\n"
    "(at your option) any later version.\n\n"
    "This program is distributed in the hope that it will be useful,\n"
    "but WITHOUT ANY WARRANTY; without even the implied warranty of\n"
    "MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the\n"
    "GNU General Public License for more details.\n\n"
    "You should have received a copy of the GNU General Public License\n"
    "along with this program.  If not, see <https://www.gnu.org/licenses/>.\n";

constexpr option kOptions[] = {{"version", no_argument, nullptr, 'V'}, {nullptr, 0, nullptr, 0}};

std::string error_line(const char* text) {
  sys::Line line;
  fill(line, kManner.prefixes[0].text, {});
  return std::string(line.text()) + text + "\n";
}

}  // namespace

Parsed parse_catatonit(int argc, char** argv) {
  Plan plan;
  plan.manner = &kManner;
  plan.reaps_when_told = true;
  plan.wants_reaper = ::getpid() != 1;
  if (std::getenv("CATATONIT_DEBUG") != nullptr) plan.verbosity = static_cast<unsigned>(Level::trace);
  if (std::getenv("CATATONIT_LOG") != nullptr)
    return ended(STDERR_FILENO, error_line("CATATONIT_LOG is reserved for future use"), 1);
  bool is_pause = false;
  ::optind = 0;  // From the start, whoever has called getopt before.
  for (int letter = 0; (letter = ::getopt_long(argc, argv, "ghLPV", kOptions, nullptr)) != -1;) {
    switch (letter) {
      case 'g': plan.target = Target::group; break;
      case 'P': is_pause = true; break;
      case 'h': return ended(STDERR_FILENO, std::string(kUsage) + kHelp, 0);
      case 'L': return ended(STDOUT_FILENO, kLicense, 0);
      case 'V': return ended(STDOUT_FILENO, kVersion, 0);
      default: return ended(STDERR_FILENO, kUsage, 1);
    }
  }
  if (::optind >= argc && !is_pause) return ended(STDERR_FILENO, error_line("missing program name") + kUsage, 1);
  if (!is_pause) plan.command = argv + ::optind;
  for (const int number : {SIGTSTP, SIGTTOU, SIGTTIN}) plan.rewrites.set(number, 0);
  return {.plan = plan, .done_with = {}, .text = {}};
}

}  // namespace sup::init
