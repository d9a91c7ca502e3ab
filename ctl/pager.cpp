#include "ctl/pager.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/text.hpp"
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

// Ours is ignored, theirs is as a program expects it.
void restore_signals(posix_spawnattr_t& attributes) {
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  sigaddset(&defaults, SIGINT);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
}

// Its pid, or -1.
pid_t spawn_reading(const std::vector<std::string>& command, int from) {
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_adddup2(&actions, from, STDIN_FILENO);
  restore_signals(attributes);
  ::setenv("LESS", "FRX", 0);
  pid_t pid = -1;
  const int error = ::posix_spawnp(&pid, argv.front(), &actions, &attributes, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return error == 0 ? pid : -1;
}

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
  // Ctrl-C is the pager's: it ends a search there.
  const auto before = ::signal(SIGINT, SIG_IGN);
  const pid_t pid = spawn_reading(command, reading.get());
  reading = UniqueFd();
  int status = -1;
  if (pid > 0) {
    write_all(writing.get(), text);
    writing = UniqueFd();
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
  }
  ::signal(SIGINT, before);
  // 127: where a C library makes the process first, it ends so when there is no such program.
  return pid > 0 && !(WIFEXITED(status) && WEXITSTATUS(status) == 127);
}

}  // namespace sup::ctl
