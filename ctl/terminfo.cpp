#include "ctl/terminfo.hpp"

// By themselves: term.h has macros with everyday names.
#include <curses.h>
//
#include <term.h>
#include <unistd.h>

namespace sup::ctl {

bool is_known_terminal(const std::string& name) {
  int why = 0;
  if (::setupterm(name.c_str(), STDOUT_FILENO, &why) != OK) return false;
  ::del_curterm(cur_term);
  return true;
}

}  // namespace sup::ctl
