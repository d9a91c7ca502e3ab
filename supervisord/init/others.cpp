#include "init/others.hpp"

#include <unistd.h>

#include <array>
#include <csignal>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "sys/process_tree.hpp"

namespace sup::init {
namespace {

// Not if it is that of another pid namespace, where our numbers are somebody else's.
bool is_proc_ours() {
  std::array<char, 16> target;
  const ssize_t length = ::readlink("/proc/self", target.data(), target.size());
  return length > 0 && std::string_view(target.data(), static_cast<std::size_t>(length)) == std::to_string(::getpid());
}

}  // namespace

void signal_others(int number, pid_t group) noexcept try {
  if (::getpid() == 1) {
    (void)::kill(-1, number);
    return;
  }
  const auto others = is_proc_ours() ? sys::descendants_of(::getpid()) : fail(Errc::not_found, "no /proc");
  if (!others && group > 0) (void)::kill(-group, number);
  if (!others) return;
  for (const pid_t pid : *others) (void)::kill(pid, number);
} catch (const std::exception&) {  // No memory for the list.
  if (group > 0) (void)::kill(-group, number);
}

}  // namespace sup::init
