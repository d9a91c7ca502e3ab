// Programs that ctl starts: pagers, Graphviz, ssh.
#pragma once

#include <sys/types.h>

#include <span>
#include <string>

#include "base/result.hpp"

namespace sup::ctl {

// What a program gets for its standard streams; -1: ours.
struct Streams {
  int input = -1;
  int output = -1;
  int error = -1;
};

// Starts a program, which is looked up in PATH. Signals are for it as for any program, whatever we ignore. Errors:
// not_found, sys.
[[nodiscard]] Result<pid_t> spawn(std::span<const std::string> words, Streams streams);

// Waits for its end; the status as waitpid(2) has it.
[[nodiscard]] int wait_for_end(pid_t pid);

}  // namespace sup::ctl
