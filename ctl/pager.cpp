#include "ctl/pager.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "ctl/spawn.hpp"
#include "sys/env.hpp"
#include "sys/terminal.hpp"
#include "sys/unique_fd.hpp"

namespace sup::ctl {
namespace {

// The command of the pager; empty: none.
std::vector<std::string> pager_command() {
  for (const char* variable : {"SUPERVISORD_PAGER", "PAGER"}) {
    const auto value = sys::environment_variable(variable);
    if (!value) continue;
    // A shell is not needed to begin a program; what would need one is no pager.
    auto words = split_words(*value);
    if (!words || words->empty() || words->front() == "cat") return {};
    return *std::move(words);
  }
  return {"less"};
}

// Where a C library makes the process first, it ends so when there is no such program.
constexpr int kNoSuchProgram = 127;

void write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return;  // Who has seen enough leaves.
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

bool is_longer_than_screen(std::string_view text, int fd) {
  const auto size = sys::window_size(fd);
  return size && size->rows > 0 && std::ranges::count(text, '\n') >= size->rows;
}

bool page(std::string_view text) {
  const std::vector<std::string> command = pager_command();
  int ends[2];
  if (command.empty() || ::pipe2(ends, O_CLOEXEC) < 0) return false;
  UniqueFd reading(ends[0]);
  UniqueFd writing(ends[1]);
  ::setenv("LESS", "FRX", 0);
  // Ctrl-C is the pager's: it ends a search there.
  const auto before = std::signal(SIGINT, SIG_IGN);
  const auto pid = spawn(command, {.input = reading.get()});
  reading = UniqueFd();
  int status = 0;
  if (pid) {
    write_all(writing.get(), text);
    writing = UniqueFd();
    status = wait_for_end(*pid);
  }
  std::signal(SIGINT, before);
  return pid && !(WIFEXITED(status) && WEXITSTATUS(status) == kNoSuchProgram);
}

}  // namespace sup::ctl
