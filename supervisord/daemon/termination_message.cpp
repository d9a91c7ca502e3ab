#include "daemon/termination_message.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/text.hpp"
#include "daemon/say.hpp"
#include "engine/explain.hpp"
#include "guard/holder.hpp"
#include "sys/unique_fd.hpp"

namespace sup {
namespace {

constexpr const char* kOfKubernetes = "/dev/termination-log";

// Links are not followed, since others may write in the directory; and what is no file must not make us wait.
constexpr int kFlags = O_WRONLY | O_TRUNC | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;

void write_to(const std::string& path, int more_flags, std::string_view text) {
  const UniqueFd file(::open(path.c_str(), kFlags | more_flags, 0644));
  if (!file.is_open()) {
    if (more_flags == 0 && errno == ENOENT) return;
    return say::warn("cannot write the termination message to '{}': {}", path, errno_text(errno));
  }
  if (::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    say::warn("cannot write the whole termination message to '{}': {}", path, errno_text(errno));
}

}  // namespace

std::string termination_message(const Supervisor& supervisor) {
  const World& w = supervisor.world();
  std::string out = fmt::format("exit code {}: {}\n", supervisor.finished()->exit_code, supervisor.shutdown_reason());
  std::vector<const Instance*> failed;
  for (const Instance& i : w.present())
    if (i.state == State::failed) failed.push_back(&i);
  std::ranges::sort(failed, {}, &Instance::since);
  for (const Instance* i : failed) {
    out += fmt::format("{} has failed: {}\n", w.name(*i), cause_text(w, *i));
    if (const log::LastWords* words = supervisor.last_words_of(w.id(*i)))
      for (const std::string& line : words->lines) out += fmt::format("{} | {}\n", w.name(*i), printable(line));
  }
  if (out.size() > kTerminationMessageBytes) out.resize(kTerminationMessageBytes);
  return out;
}

void write_termination_message(const Supervisor& supervisor) {
  const std::string& path = supervisor.world().daemon.termination_message;
  if (!path.empty()) return write_to(path, O_CREAT, termination_message(supervisor));
  if (guard::is_init_of_container()) write_to(kOfKubernetes, 0, termination_message(supervisor));
}

}  // namespace sup
