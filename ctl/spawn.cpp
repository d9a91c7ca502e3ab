#include "ctl/spawn.hpp"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <vector>

#include "base/text.hpp"

namespace sup::ctl {

Result<pid_t> spawn(std::span<const std::string> words, Streams streams) {
  std::vector<char*> argv;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  sigset_t defaults;
  sigemptyset(&defaults);
  for (const int signal : {SIGPIPE, SIGINT, SIGQUIT}) sigaddset(&defaults, signal);
  ::posix_spawn_file_actions_init(&files);
  if (streams.input >= 0) ::posix_spawn_file_actions_adddup2(&files, streams.input, STDIN_FILENO);
  if (streams.output >= 0) ::posix_spawn_file_actions_adddup2(&files, streams.output, STDOUT_FILENO);
  if (streams.error >= 0) ::posix_spawn_file_actions_adddup2(&files, streams.error, STDERR_FILENO);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setsigdefault(&attributes, &defaults);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  pid_t pid = 0;
  const int error = ::posix_spawnp(&pid, argv.front(), &files, &attributes, argv.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&files);
  if (error != 0)
    return fail(error == ENOENT ? Errc::not_found : Errc::sys,
                fmt::format("{}: {}", printable(words.front()), errno_text(error)));
  return pid;
}

int wait_for_end(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

}  // namespace sup::ctl
