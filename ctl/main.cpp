// ctl: the command-line client of supervisord.
#include <csignal>
#include <span>
#include <string>
#include <vector>

#include "ctl/run.hpp"

int main(int argc, char** argv) {
  // A reader that goes away is seen as EPIPE and ends ctl quietly, with the exit code of what was done.
  std::signal(SIGPIPE, SIG_IGN);
  const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  return sup::ctl::run(words);
}
