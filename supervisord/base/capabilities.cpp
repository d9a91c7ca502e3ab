#include "base/capabilities.hpp"

#include <array>

#include "base/text.hpp"

namespace sup {
namespace {

// In the order of their numbers, which is fixed for ever (include/uapi/linux/capability.h).
constexpr std::array<std::string_view, kLastCapability + 1> kNames = {"chown",
                                                                      "dac-override",
                                                                      "dac-read-search",
                                                                      "fowner",
                                                                      "fsetid",
                                                                      "kill",
                                                                      "setgid",
                                                                      "setuid",
                                                                      "setpcap",
                                                                      "linux-immutable",
                                                                      "net-bind-service",
                                                                      "net-broadcast",
                                                                      "net-admin",
                                                                      "net-raw",
                                                                      "ipc-lock",
                                                                      "ipc-owner",
                                                                      "sys-module",
                                                                      "sys-rawio",
                                                                      "sys-chroot",
                                                                      "sys-ptrace",
                                                                      "sys-pacct",
                                                                      "sys-admin",
                                                                      "sys-boot",
                                                                      "sys-nice",
                                                                      "sys-resource",
                                                                      "sys-time",
                                                                      "sys-tty-config",
                                                                      "mknod",
                                                                      "lease",
                                                                      "audit-write",
                                                                      "audit-control",
                                                                      "setfcap",
                                                                      "mac-override",
                                                                      "mac-admin",
                                                                      "syslog",
                                                                      "wake-alarm",
                                                                      "block-suspend",
                                                                      "audit-read",
                                                                      "perfmon",
                                                                      "bpf",
                                                                      "checkpoint-restore"};

// Lower case with dashes and without "cap-"; longer texts than any name are cut and match nothing.
std::string normalised(std::string_view text) {
  std::string out(text.substr(0, 40));
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == '_') c = '-';
  }
  if (out.starts_with("cap-")) out.erase(0, 4);
  return out;
}

}  // namespace

Result<int> parse_capability(std::string_view text) {
  const std::string name = normalised(text);
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == name) return static_cast<int>(i);
  const auto near = nearest(name, kNames);
  const std::string hint = near ? "did you mean '" + std::string(*near) + "'?" : "capabilities(7) has the names";
  return fail(Errc::invalid, "'" + printable(text, 60) + "' is not a capability; " + hint);
}

std::string capability_name(int number) {
  const auto index = static_cast<std::size_t>(number);
  return index < kNames.size() ? std::string(kNames[index]) : std::to_string(number);
}

}  // namespace sup
