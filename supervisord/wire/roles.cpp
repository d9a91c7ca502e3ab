#include "wire/roles.hpp"

#include <algorithm>

namespace sup::wire {
namespace {

bool is_granted(const AccessGrant& grant, const Peer& peer) {
  if (std::ranges::find(grant.users, peer.uid) != grant.users.end()) return true;
  return std::ranges::any_of(
      peer.groups, [&](std::uint32_t group) { return std::ranges::find(grant.groups, group) != grant.groups.end(); });
}

}  // namespace

Role role_for(const Peer& peer, std::uint32_t daemon_uid, const AccessSpec& access) {
  if (peer.uid == 0 || peer.uid == daemon_uid || is_granted(access.admin, peer)) return Role::admin;
  if (is_granted(access.operate, peer)) return Role::operate;
  if (is_granted(access.observe, peer)) return Role::observe;
  return Role::none;
}

}  // namespace sup::wire
