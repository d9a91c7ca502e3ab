#include "machine/shell.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <optional>
#include <string>
#include <utility>

#include "machine/say.hpp"
#include "sys/child.hpp"
#include "sys/env.hpp"
#include "sys/process.hpp"
#include "sys/signal_wait.hpp"
#include "sys/unique_fd.hpp"

namespace sup::machine {
namespace {

constexpr const char* kShells[] = {"/sbin/sulogin", "/usr/sbin/sulogin", "/bin/bash", "/bin/sh"};

const char* shell() {
  for (const char* path : kShells)
    if (::access(path, X_OK) == 0) return path;
  return nullptr;
}

enum class Terminal : std::uint8_t { its_own, borrowed };

std::expected<sys::ProcessRef, std::string> begin_shell(const char* path, int console, Terminal terminal) {
  sys::ChildSettings settings;
  settings.argv = {path};
  settings.env = sys::environment();
  settings.env.emplace_back("HOME", "/root");
  settings.env.emplace_back("SHELL", "/bin/sh");
  if (!sys::environment_variable("TERM")) settings.env.emplace_back("TERM", "linux");
  settings.stdin_fd = settings.stdout_fd = settings.stderr_fd = console;
  settings.takes_terminal = terminal == Terminal::its_own;
  const auto prepared = sys::prepare_child(std::move(settings));
  if (!prepared) return std::unexpected(prepared.error().what);
  auto process = sys::spawn(*prepared);
  if (!process) return std::unexpected(process.error().text());
  return std::move(*process);
}

// Without job control where the console is no terminal, or somebody else's.
std::expected<sys::ProcessRef, std::string> begin_shell() {
  const char* path = shell();
  if (path == nullptr) return std::unexpected("there is neither sulogin nor a shell");
  const UniqueFd console(::open("/dev/console", O_RDWR | O_NOCTTY | O_CLOEXEC));
  const int fd = console.is_open() ? console.get() : STDIN_FILENO;
  auto process = begin_shell(path, fd, Terminal::its_own);
  return process ? std::move(process) : begin_shell(path, fd, Terminal::borrowed);
}

// What a signal asks for, if there is one within `patience`. Orphans of the shell are ours where we are PID 1.
PowerAction wait_a_moment(std::optional<Duration> patience) {
  const auto signal = sys::wait_for_signal(patience);
  return signal ? power_asked_by(signal->signal.number) : PowerAction::none;
}

// Its whole session is hung up, and then killed.
void end_shell(const sys::ProcessRef& process) {
  for (const int signal : {SIGHUP, SIGCONT, SIGKILL}) (void)sys::send_group_signal(process.pid, Signal{signal});
}

}  // namespace

PowerAction offer_shell(std::string_view why) {
  constexpr Duration kLook = std::chrono::seconds(1);
  constexpr Duration kWithoutShell = std::chrono::seconds(5);
  say(why);
  say("a rescue shell follows; when it ends, supervisord goes on. 'kill -INT 1' reboots, 'kill -TERM 1' powers off");
  const auto process = begin_shell();
  if (!process) {
    say(fmt::format("cannot start a rescue shell: {}", process.error()));
    return wait_a_moment(kWithoutShell);
  }
  for (;;) {
    const auto end = sys::try_reap(*process);
    if (!end || *end) return PowerAction::none;
    while (::getpid() == 1) {
      const auto other = sys::look_at_any_of_this_thread();
      if (!other || other->pid == process->pid) break;
      (void)sys::reap_seen(other->pid);
    }
    if (const PowerAction asked = wait_a_moment(kLook); asked != PowerAction::none) {
      end_shell(*process);
      return asked;
    }
  }
}

}  // namespace sup::machine
