// Where a probe goes: what the texts of a user mean. Pure: an address is not looked up, see sys/address.hpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sup {

// HOST:PORT. The host is an address in digits, or localhost.
struct Endpoint {
  std::string host;  // Without brackets.
  std::uint16_t port = 0;
};

// "127.0.0.1:80", "[::1]:80", "localhost:80", ":80" (which means localhost). Whether the host is an address is not
// looked at. Errors: invalid, with what would be right.
[[nodiscard]] Result<Endpoint> parse_endpoint(std::string_view text);

struct HttpUrl {
  Endpoint at;
  std::string authority;  // As written, for the Host header.
  std::string target;     // Path and query: what is asked for.
};

// "http://HOST[:PORT][/PATH][?QUERY]". Errors: invalid, with what would be right; https, too, since nothing here can
// judge a certificate.
[[nodiscard]] Result<HttpUrl> parse_http_url(std::string_view text);

}  // namespace sup
