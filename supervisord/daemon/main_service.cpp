#include "daemon/main_service.hpp"

#include <unistd.h>

#include <algorithm>

#include "config/load.hpp"
#include "sys/fd.hpp"
#include "sys/terminal.hpp"

namespace sup {

std::optional<OwnStdio> stdio_of_main(const SpecSet& set, const DaemonOptions& options) {
  const auto main = std::ranges::find(set.services, kMainService, &NamedService::name);
  if (main == set.services.end() || main->instances != 1 || main->spec.tty || !main->spec.stdin_->file.empty())
    return std::nullopt;
  const bool is_on_terminal = ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1;
  OwnStdio out;
  for (int fd = 0; fd < (is_on_terminal ? 3 : 1); ++fd) {
    auto copy = sys::dup_cloexec_above_stdio(fd);
    if (!copy) return std::nullopt;  // Then it has what services have.
    out.fds[static_cast<std::size_t>(fd)] = *std::move(copy);
  }
  out.is_terminal = is_on_terminal && (options.is_terminal_free || sys::give_up_terminal(STDIN_FILENO));
  return out;
}

}  // namespace sup
