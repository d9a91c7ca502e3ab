// What a user may write as the target of a probe.
#include "spec/probe_target.hpp"

#include <string>

#include "catch.hpp"

using namespace sup;

namespace {

std::string endpoint(std::string_view text) {
  const auto parsed = parse_endpoint(text);
  return parsed ? parsed->host + " " + std::to_string(parsed->port) : "error: " + parsed.error().what;
}

std::string url(std::string_view text) {
  const auto parsed = parse_http_url(text);
  if (!parsed) return "error: " + parsed.error().what;
  return parsed->at.host + " " + std::to_string(parsed->at.port) + " " + parsed->authority + " " + parsed->target;
}

}  // namespace

TEST_CASE("an endpoint is a host and a port", "[probe]") {
  REQUIRE(endpoint("127.0.0.1:80") == "127.0.0.1 80");
  REQUIRE(endpoint("[::1]:65535") == "::1 65535");
  REQUIRE(endpoint(":8080") == "localhost 8080");
  REQUIRE(endpoint("localhost:1") == "localhost 1");
}

TEST_CASE("a wrong endpoint is refused with what would be right", "[probe]") {
  REQUIRE(endpoint("127.0.0.1") == "error: '127.0.0.1': the port is missing, write for example 127.0.0.1:80");
  REQUIRE(endpoint("::1:80") == "error: '::1:80': an IPv6 address is written in brackets, as [::1]:80");
  REQUIRE(endpoint("[::1]80") == "error: '[::1]80': after the ] comes :PORT");
  REQUIRE(endpoint("[::1") == "error: '[::1': the ] is missing");
  REQUIRE(endpoint("[]:80") == "error: '[]:80': there is no address in the brackets");
  for (const char* port : {"0", "65536", "http", "", "80 ", "-1", "+1"})
    REQUIRE(endpoint("1.2.3.4:" + std::string(port)) ==
            "error: '" + std::string(port) + "' is not a port, which is a number from 1 to 65535");
}

TEST_CASE("a URL says whom to ask for what", "[probe]") {
  REQUIRE(url("http://127.0.0.1:8080/health?full=1") == "127.0.0.1 8080 127.0.0.1:8080 /health?full=1");
  REQUIRE(url("http://localhost") == "localhost 80 localhost /");
  REQUIRE(url("http://[::1]?x") == "::1 80 [::1] /?x");
}

TEST_CASE("a URL that cannot be asked is refused", "[probe]") {
  REQUIRE(url("https://127.0.0.1/") == "error: https cannot be asked; use exec with a program that can, such as curl");
  REQUIRE(url("127.0.0.1/") == "error: '127.0.0.1/' is not a URL, write for example http://127.0.0.1:8080/health");
  REQUIRE(url("http:///x") == "error: the host is missing, write http://127.0.0.1:8080/");
  REQUIRE(url("http://me:secret@1.2.3.4/").find("user and password") != std::string::npos);
  REQUIRE(url("http://1.2.3.4/a b").find("%XX") != std::string::npos);
  REQUIRE(url("http://1.2.3.4/a\r\nHost: x").find("%XX") != std::string::npos);
  REQUIRE(url("http://1.2.3.4/#top").find("after a #") != std::string::npos);
  REQUIRE(url("http://1.2.3.4:99999/").find("is not a port") != std::string::npos);
}
