#include "guard/report.hpp"

#include <poll.h>
#include <sysexits.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

#include "base/result.hpp"
#include "sys/line.hpp"

namespace sup::guard {
namespace {

// A pipe that is ready takes a short line whole, so this does not wait. What is not ready does not get the line.
void say(sys::Line& line) noexcept {
  line.add("\n");
  pollfd out{STDERR_FILENO, POLLOUT, 0};
  if (::poll(&out, 1, 0) == 1 && (out.revents & POLLOUT) != 0) sys::write_text(STDERR_FILENO, line.text());
}

void add_end(sys::Line& line, const Ended& manager) noexcept {
  if (manager.pid == 0) return (void)line.add("supervisord: no manager can be made");
  line.add("supervisord: the manager (pid ").add(manager.pid);
  if (manager.how == CLD_EXITED) {
    line.add(") has exited with code ").add(manager.status);
    if (manager.status != EX_CONFIG) line.add(" without saying why");  // That it always says.
    return;
  }
  const char* name = ::sigabbrev_np(manager.status);
  line.add(") was killed by ");
  if (name == nullptr)
    line.add(manager.status);
  else
    line.add(name);
}

// As everywhere: "100ms", "5s".
void add_duration(sys::Line& line, Duration pause) noexcept {
  constexpr int kThousand = 1000;
  const auto milliseconds = static_cast<int>(pause / std::chrono::milliseconds(1));
  const bool is_whole = milliseconds % kThousand == 0;
  line.add(is_whole ? milliseconds / kThousand : milliseconds).add(is_whole ? "s" : "ms");
}

}  // namespace

void report_death(const Ended& manager, Duration pause) noexcept {
  sys::Line line;
  add_end(line, manager);
  line.add("; starting it again");
  if (pause > Duration{0}) line.add(" in ");
  if (pause > Duration{0}) add_duration(line, pause);
  say(line);
}

void report_end(const Ended& manager, std::string_view consequence) noexcept {
  sys::Line line;
  add_end(line, manager);
  say(line.add("; ").add(consequence));
}

void report_failure(std::string_view what, int error_number) noexcept {
  sys::Line line;
  say(line.add("supervisord: cannot ").add(what).add(": ").add(errno_text(error_number)));
}

}  // namespace sup::guard
