#include "machine/prepare.hpp"

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/text.hpp"
#include "machine/say.hpp"
#include "sys/child.hpp"
#include "sys/env.hpp"
#include "sys/errors.hpp"
#include "sys/fd.hpp"
#include "sys/file.hpp"
#include "sys/machine.hpp"
#include "sys/mounts.hpp"

namespace sup::machine {
namespace {

constexpr unsigned long kNoPrograms = MS_NOSUID | MS_NODEV | MS_NOEXEC;
constexpr sys::Mount kProc{"/proc", "proc", kNoPrograms};
// In this order. The options are those that systemd, sysvinit and dinit's boot services agree on.
constexpr std::array kMounts = {
    kProc,
    sys::Mount{"/sys", "sysfs", kNoPrograms},
    sys::Mount{"/sys/fs/cgroup", "cgroup2", kNoPrograms, "nsdelegate,memory_recursiveprot"},
    sys::Mount{"/dev", "devtmpfs", MS_NOSUID, "mode=0755"},
    sys::Mount{"/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "gid=5,mode=0620,ptmxmode=0000"},
    sys::Mount{"/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777"},
    sys::Mount{"/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755"},
};

// Without its options where the kernel is too old for them.
void mount_if_absent(const sys::Mount& row) {
  if (sys::is_mount_point(row.path)) return;
  auto done = sys::mount(row);
  if (!done && done.error().sys_errno == EINVAL)
    done = sys::mount({.path = row.path, .type = row.type, .flags = row.flags});
  say_failure(done);
}

// What every shell expects, and the kernel's file system of devices does not have.
void link_descriptors() {
  constexpr std::array<std::array<const char*, 2>, 4> kLinks = {{{"/proc/self/fd", "/dev/fd"},
                                                                 {"/proc/self/fd/0", "/dev/stdin"},
                                                                 {"/proc/self/fd/1", "/dev/stdout"},
                                                                 {"/proc/self/fd/2", "/dev/stderr"}}};
  for (const auto& [target, name] : kLinks)
    if (::symlink(target, name) < 0 && errno != EEXIST)
      say(fmt::format("cannot link {} to {}: {}", name, target, errno_text(errno)));
}

void open_console() {
  const UniqueFd console(::open("/dev/console", O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!console.is_open()) {
    say(fmt::format("cannot open /dev/console: {}", errno_text(errno)));
  } else if (const auto above = sys::dup_cloexec_above_stdio(console.get())) {
    for (int fd = 0; fd <= STDERR_FILENO; ++fd) (void)::dup2(above->get(), fd);
  }
  (void)sys::open_missing_stdio();
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
  return text.substr(0, text.find_last_not_of(kBlank) + 1);
}

// The first line that is no comment; empty without one.
std::string configured_hostname() {
  constexpr std::size_t kLimit = 4096;
  const auto text = sys::read_file("/etc/hostname", kLimit);
  std::string_view rest = text ? std::string_view(*text) : std::string_view();
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = trimmed(rest.substr(0, end));
    rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
    if (!line.empty() && line.front() != '#') return std::string(line);
  }
  return {};
}

// The kernel may have been given one (hostname=).
void name_machine() {
  const std::string now = sys::hostname();
  std::string name = configured_hostname();
  const bool has_one = !now.empty() && now != "(none)";
  if (name.empty() && has_one) return;
  if (name.empty()) {
    say("there is no name in /etc/hostname: the machine is called localhost");
    name = "localhost";
  } else if (!sys::is_hostname(name)) {
    say(fmt::format("'{}' in /etc/hostname is no name for a machine: it is called localhost", printable(name)));
    name = "localhost";
  }
  say_failure(sys::set_hostname(name));
}

// The first sign of a container that is found.
std::optional<std::string> sign_of_container() {
  if (const auto kind = sys::environment_variable("container"); kind && !kind->empty())
    return fmt::format("container={} in the environment", printable(*kind));
  for (const char* mark : {"/.dockerenv", "/run/.containerenv"})
    if (::access(mark, F_OK) == 0) return std::string(mark);
  if (sys::is_in_pid_namespace()) return "a pid namespace";
  return std::nullopt;
}

}  // namespace

std::optional<std::string> why_not_here(pid_t self) {
  if (self != 1)
    return fmt::format(
        "--init is for PID 1 of a machine, and this is process {}: leave it out, or boot with "
        "init=/usr/sbin/supervisord -- --init",
        self);
  if (!sys::is_mount_point(kProc.path)) (void)sys::mount(kProc);  // prepare() says what is wrong with it.
  if (const auto sign = sign_of_container())
    return fmt::format("--init is for PID 1 of a machine, and this is a container ({}): leave it out", *sign);
  return std::nullopt;
}

bool is_named_init(std::string_view program) noexcept { return program.substr(program.rfind('/') + 1) == "init"; }

bool wants_shell(std::string_view word) noexcept {
  constexpr std::array<std::string_view, 6> kWords = {"single", "s", "S", "1", "rescue", "emergency"};
  return std::ranges::find(kWords, word) != kWords.end();
}

void prepare() {
  for (const sys::Mount& row : kMounts) mount_if_absent(row);
  link_descriptors();
  open_console();
  (void)::setsid();
  if (::chdir("/") < 0) say(fmt::format("cannot go to '/': {}", errno_text(errno)));
  (void)::setenv("PATH", std::string(sys::kDefaultPath).c_str(), 0);  // The kernel gives none.
  name_machine();
  say_failure(sys::raise_loopback());
  say_failure(sys::catch_ctrl_alt_del());
}

}  // namespace sup::machine
