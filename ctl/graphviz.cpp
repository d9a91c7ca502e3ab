#include "ctl/graphviz.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "ctl/spawn.hpp"
#include "sys/clock.hpp"
#include "sys/process.hpp"
#include "sys/unique_fd.hpp"

namespace sup::ctl {
namespace {

std::unexpected<Failure> cannot_draw(std::string_view why) {
  return failure(ExitCode::failed, fmt::format("cannot draw the graph: {}", why));
}

// A file in memory, so that nobody has to read while somebody writes.
OrFailure<UniqueFd> as_file(std::string_view text) {
  UniqueFd file(::memfd_create("graph", MFD_CLOEXEC));
  if (!file.is_open()) return cannot_draw(errno_text(errno));
  while (!text.empty()) {
    const ssize_t written = ::write(file.get(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return cannot_draw(errno_text(errno));
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::lseek(file.get(), 0, SEEK_SET) != 0) return cannot_draw(errno_text(errno));
  return file;
}

OrFailure<pid_t> start_dot(const UniqueFd& input) {
  const std::array<std::string, 2> words{"dot", "-Tsvg"};
  const auto pid = spawn(words, {.input = input.get()});
  if (pid) return *pid;
  if (pid.error().code == Errc::not_found)
    return cannot_draw("there is no program dot (Graphviz) here; `ctl graph --dot` prints what it would draw");
  return cannot_draw(pid.error().what);
}

// Ends it when the deadline comes first.
bool ends_before(pid_t pid, std::optional<Instant> deadline) {
  const auto process = deadline ? sys::open_process(pid) : fail(Errc::not_found, "");
  if (!process || !process->pidfd.is_open()) return true;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - sys::monotonic_now());
  pollfd wanted{process->pidfd.get(), POLLIN, 0};
  if (::poll(&wanted, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0))) != 0) return true;
  ::kill(pid, SIGKILL);
  return false;
}

}  // namespace

OrFailure<> draw_svg(std::string_view graph, std::optional<Instant> deadline) {
  const auto input = as_file(graph);
  if (!input) return std::unexpected(input.error());
  const auto pid = start_dot(*input);
  if (!pid) return std::unexpected(pid.error());
  const bool has_ended = ends_before(*pid, deadline);
  const int status = wait_for_end(*pid);
  if (!has_ended) return failure(ExitCode::timed_out, "timed out: dot has not drawn the graph");
  if (WIFSIGNALED(status)) return cannot_draw(fmt::format("dot was ended by signal {}", WTERMSIG(status)));
  if (WEXITSTATUS(status) != 0) return cannot_draw(fmt::format("dot exited with {}", WEXITSTATUS(status)));
  return {};
}

}  // namespace sup::ctl
