#include "spec/probe_target.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"

namespace sup {
namespace {

constexpr std::uint16_t kHttpPort = 80;
constexpr std::string_view kScheme = "http://";

std::string quoted(std::string_view text) { return "'" + printable(text, 80) + "'"; }

Result<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error == std::errc{} && end == text.data() + text.size() && port != 0) return port;
  return fail(Errc::invalid, quoted(text) + " is not a port, which is a number from 1 to 65535");
}

// The parts of HOST:PORT. Of an IPv6 address in brackets the colons inside do not count.
struct Parts {
  std::string_view host;
  std::string_view port;
  bool has_port = false;
};

Result<Parts> split(std::string_view text) {
  const bool has_brackets = text.starts_with('[');
  const std::size_t bracket = text.find(']');
  if (has_brackets && bracket == text.npos) return fail(Errc::invalid, quoted(text) + ": the ] is missing");
  const std::size_t end = has_brackets ? bracket + 1 : std::min(text.find(':'), text.size());
  const std::string_view rest = text.substr(end);
  if (!rest.empty() && rest[0] != ':') return fail(Errc::invalid, quoted(text) + ": after the ] comes :PORT");
  if (rest.find(':', 1) != rest.npos)
    return fail(Errc::invalid, quoted(text) + ": an IPv6 address is written in brackets, as [::1]:80");
  const std::string_view host = has_brackets ? text.substr(1, bracket - 1) : text.substr(0, end);
  if (has_brackets && host.empty()) return fail(Errc::invalid, quoted(text) + ": there is no address in the brackets");
  return Parts{host, rest.empty() ? rest : rest.substr(1), !rest.empty()};
}

// What a request line can hold: no blank, no control character, nothing beyond ASCII (RFC 3986, 2.1).
bool is_url_text(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

Result<HttpUrl> parse_authority(std::string_view authority, std::string_view target) {
  if (authority.find('@') != authority.npos)
    return fail(Errc::invalid, "a user and password cannot be sent: leave out what is before the @");
  const Parts parts = TRY(split(authority));
  if (parts.host.empty()) return fail(Errc::invalid, "the host is missing, write http://127.0.0.1:8080/");
  HttpUrl out;
  out.at = {std::string(parts.host), parts.has_port ? TRY(parse_port(parts.port)) : kHttpPort};
  out.authority = authority;
  out.target = target.starts_with('/') ? std::string(target) : "/" + std::string(target);
  return out;
}

}  // namespace

Result<Endpoint> parse_endpoint(std::string_view text) {
  const Parts parts = TRY(split(text));
  if (!parts.has_port)
    return fail(Errc::invalid, quoted(text) + ": the port is missing, write for example 127.0.0.1:80");
  return Endpoint{parts.host.empty() ? "localhost" : std::string(parts.host), TRY(parse_port(parts.port))};
}

Result<HttpUrl> parse_http_url(std::string_view text) {
  if (text.starts_with("https:"))
    return fail(Errc::invalid, "https cannot be asked; use exec with a program that can, such as curl");
  if (!text.starts_with(kScheme))
    return fail(Errc::invalid, quoted(text) + " is not a URL, write for example http://127.0.0.1:8080/health");
  if (!is_url_text(text))
    return fail(Errc::invalid, quoted(text) + ": blanks and other unusual characters are written as %XX in a URL");
  if (text.find('#') != text.npos)
    return fail(Errc::invalid, quoted(text) + ": a server is not sent what is after a #");
  text.remove_prefix(kScheme.size());
  const std::size_t end = std::min(text.find_first_of("/?"), text.size());
  return parse_authority(text.substr(0, end), text.substr(end));
}

}  // namespace sup
