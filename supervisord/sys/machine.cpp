#include "sys/machine.hpp"

#include <fmt/format.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>

#include "sys/errors.hpp"
#include "sys/unique_fd.hpp"

namespace sup::sys {

bool is_in_pid_namespace() {
  constexpr std::string_view kOfTheMachine = "pid:[4026531836]";  // PROC_PID_INIT_INO of the kernel.
  std::array<char, 64> link{};
  const ssize_t length = ::readlink("/proc/self/ns/pid", link.data(), link.size());
  return length > 0 && std::string_view(link.data(), static_cast<std::size_t>(length)) != kOfTheMachine;
}

bool is_hostname(std::string_view name) noexcept {
  const auto is_good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  };
  return !name.empty() && name.size() <= HOST_NAME_MAX && name.front() != '-' && name.front() != '.' &&
         std::ranges::all_of(name, is_good);
}

std::string hostname() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  return ::gethostname(name.data(), name.size()) == 0 ? std::string(name.data()) : std::string();
}

Result<> set_hostname(const std::string& name) {
  if (::sethostname(name.c_str(), name.size()) < 0)
    return fail_call(errno, fmt::format("cannot set the hostname '{}'", name));
  return {};
}

Result<> raise_loopback() {
  constexpr std::string_view kName = "lo";
  const UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::ranges::copy(kName, request.ifr_name);
  if (!socket.is_open() || ::ioctl(socket.get(), SIOCGIFFLAGS, &request) < 0)
    return fail_call(errno, "cannot find the network interface lo");
  request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
  if (::ioctl(socket.get(), SIOCSIFFLAGS, &request) < 0)
    return fail_call(errno, "cannot raise the network interface lo");
  return {};
}

Result<> catch_ctrl_alt_del() {
  if (::reboot(RB_DISABLE_CAD) < 0) return fail_call(errno, "cannot catch Ctrl-Alt-Del");
  return {};
}

Error carry_out(PowerAction action) {
  const auto command = [&]() -> unsigned {
    switch (action) {
      case PowerAction::poweroff: return RB_POWER_OFF;
      case PowerAction::reboot: return RB_AUTOBOOT;
      case PowerAction::halt: return RB_HALT_SYSTEM;
      case PowerAction::none: break;
    }
    check_failed("a power action is one");
  }();
  (void)::reboot(static_cast<int>(command));
  return fail_call(errno, fmt::format("cannot carry out '{}'", enum_name(action))).error();
}

}  // namespace sup::sys
