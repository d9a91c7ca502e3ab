// ctl: the command-line client of supervisord.
#include <csignal>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/run.hpp"

namespace {

// As a link under one of these names it is that verb: what people and the kernel (orderly_poweroff) expect in /sbin.
bool is_verb_by_name(std::string_view name) { return name == "poweroff" || name == "reboot" || name == "halt"; }

}  // namespace

int main(int argc, char** argv) {
  // A reader that goes away is seen as EPIPE and ends ctl quietly, with the exit code of what was done.
  std::signal(SIGPIPE, SIG_IGN);
  std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  const std::string_view path = argc > 0 ? argv[0] : "";
  if (const std::string_view name = path.substr(path.rfind('/') + 1); is_verb_by_name(name))
    words.emplace(words.begin(), name);
  return sup::ctl::run(words);
}
