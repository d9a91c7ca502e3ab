// The command's process between fork and exec.
#pragma once

#include <sys/types.h>

#include "init/plan.hpp"

namespace sup::init {

// What the parent knew when it forked.
struct Origin {
  pid_t parent = 0;
  pid_t parent_group = 0;
};

// Takes its place towards us and the terminal, gets a clean signal mask, and becomes the command. What cannot be had of
// the terminal is told and no failure. If the command cannot be executed the process ends with 127 (there is none) or
// 126.
[[noreturn]] void become_command(const Plan& plan, const Origin& origin);

}  // namespace sup::init
