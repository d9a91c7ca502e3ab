// Addresses of TCP: from digits, never by a lookup; and connecting to them without waiting.
#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "sys/unique_fd.hpp"

namespace sup::sys {

union SocketAddress {
  sockaddr_in v4;
  sockaddr_in6 v6;
};

// The address in digits, IPv4 or IPv6; or for localhost both of its addresses, IPv4 first. Errors: invalid for
// everything else, a name among it.
[[nodiscard]] Result<std::vector<SocketAddress>> addresses_of(const std::string& host, std::uint16_t port);

// A non-blocking socket on its way to be connected: once it is writable, connect_result() tells. The error keeps
// sys_errno.
[[nodiscard]] Result<UniqueFd> begin_connect(const SocketAddress& address);
[[nodiscard]] Result<> connect_result(const UniqueFd& socket);

}  // namespace sup::sys
