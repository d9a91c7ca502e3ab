// Who may do what: roles, and which role a peer of the control socket has.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/enum_names.hpp"

namespace sup::wire {

// What a peer may do. Ordered: each role includes the ones before it.
enum class Role : std::uint8_t { none, observe, operate, admin };

}  // namespace sup::wire

template <>
inline constexpr auto sup::kEnumNames<sup::wire::Role> = std::array{
    sup::EnumName{sup::wire::Role::none, "none", "Nothing at all; the rule for everybody who was not granted a role."},
    sup::EnumName{sup::wire::Role::observe, "observe", "Look: states, output, events."},
    sup::EnumName{sup::wire::Role::operate, "operate",
                  "Also start, stop and signal services, and read their settings."},
    sup::EnumName{sup::wire::Role::admin, "admin", "Everything."},
};

namespace sup::wire {

// Users and groups, by number, that a role is granted to.
struct AccessGrant {
  std::vector<std::uint32_t> users;
  std::vector<std::uint32_t> groups;
};

// The access table. Empty: only root and the daemon's own user have a role.
struct AccessSpec {
  AccessGrant observe;
  AccessGrant operate;
  AccessGrant admin;
};

// A peer as the kernel reported it (SO_PEERCRED, SO_PEERGROUPS); `groups` holds the primary group too.
struct Peer {
  std::uint32_t uid = 0;
  std::span<const std::uint32_t> groups;
};

// The highest role that the peer has. Root and the daemon's own user are admin; others get what the table grants, else
// none.
[[nodiscard]] Role role_for(const Peer& peer, std::uint32_t daemon_uid, const AccessSpec& access);

}  // namespace sup::wire
