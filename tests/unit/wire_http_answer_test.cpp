// What a probe makes of what a server sends, however the bytes are cut.
#include <string>
#include <vector>

#include "wire/http_answer.hpp"

#include "catch.hpp"

using namespace sup;
using namespace sup::wire;

namespace {

HttpProbe wants(std::string body, HttpStatuses status = {}) {
  HttpProbe out;
  out.status = std::move(status);
  out.body = std::move(body);
  return out;
}

// "" is success. Fed in pieces of `step` bytes, then the connection is closed.
std::string verdict(const HttpProbe& expected, std::string_view bytes, std::size_t step) {
  HttpAnswer answer(expected);
  for (std::size_t at = 0; at < bytes.size(); at += step)
    if (auto early = answer.feed(bytes.substr(at, step))) return *early;
  return answer.close();
}

// The same for every way to cut it.
std::string verdict(const HttpProbe& expected, const std::string& bytes) {
  const std::string whole = verdict(expected, bytes, bytes.size() + 1);
  for (std::size_t step = 1; step <= bytes.size() && step < 200; ++step)
    REQUIRE(verdict(expected, bytes, step) == whole);
  return whole;
}

const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

}  // namespace

TEST_CASE("a request asks for one thing and no more", "[http]") {
  REQUIRE(http_request("[::1]:80", "/x?y") ==
          "GET /x?y HTTP/1.1\r\nHost: [::1]:80\r\nUser-Agent: supervisord\r\nAccept: */*\r\nConnection: close\r\n\r\n");
}

TEST_CASE("the status decides", "[http]") {
  REQUIRE(verdict(wants(""), kOk).empty());
  REQUIRE(verdict(wants(""), "HTTP/1.0 204\n\n").empty());
  REQUIRE(verdict(wants(""), "HTTP/1.1 500 Oh\r\nX: y\r\n\r\n") == "status 500");
  REQUIRE(verdict(wants(""), "HTTP/1.1 302 Found\r\nLocation: /login\r\n\r\n") == "status 302");
  REQUIRE(verdict(wants("", {{{401, 401}, {300, 399}}}), "HTTP/1.1 302 Found\r\n\r\n").empty());
  REQUIRE(verdict(wants("", {{{401, 401}}}), kOk) == "status 200");
}

TEST_CASE("the verdict comes with the end of the header, not of the body", "[http]") {
  const HttpProbe expected = wants("");
  HttpAnswer answer(expected);
  REQUIRE_FALSE(answer.feed("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n").has_value());
  REQUIRE(answer.feed("\r\n") == "");
}

TEST_CASE("answers before the answer are passed over", "[http]") {
  REQUIRE(verdict(wants("hello"), "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + kOk)
              .empty());
}

TEST_CASE("the body is looked through for the text", "[http]") {
  REQUIRE(verdict(wants("ell"), kOk).empty());
  REQUIRE(verdict(wants("elo"), kOk) == "the body has no 'elo'");
  REQUIRE(verdict(wants("hello you"), kOk + " you") == "the body has no 'hello you'");  // Beyond its length.
  REQUIRE(verdict(wants("bye"), "HTTP/1.1 200 OK\r\n\r\ngood bye").empty());  // Until the connection is closed.
}

TEST_CASE("a text across chunks is found, and their framing is not the body's", "[http]") {
  const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n";
  REQUIRE(verdict(wants("hello"), head + "3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n").empty());
  REQUIRE(verdict(wants("lo\r"), head + "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n") == "the body has no 'lo\\x0d'");
  REQUIRE(verdict(wants("x"), head + "zz\r\n") == "the answer's chunks are malformed");
  REQUIRE(verdict(wants("x"), head + "1\r\nyz\r\n") == "the answer's chunks are malformed");
  REQUIRE(verdict(wants("x"), head + "fffffffffffffffff\r\n") == "the answer's chunks are malformed");
  REQUIRE(verdict(wants("x"), head + std::string(300, '0')) == "the answer's chunks are malformed");
}

TEST_CASE("what is no answer is called so", "[http]") {
  REQUIRE(verdict(wants(""), "") == "closed the connection without an answer");
  REQUIRE(verdict(wants(""), "HTTP/1.1 200 OK\r\nX: y\r\n") == "closed the connection within the header");
  REQUIRE(verdict(wants(""), "SSH-2.0-OpenSSH_9.2\r\n") == "the answer is not HTTP: 'SSH-2.0-OpenSSH_9.2'");
  for (const char* line :
       {"HTTP/2 200", "HTTP/1.1 20", "HTTP/1.1 2000", "HTTP/1.1 099", "HTTP/1.1  200", "HTTP/1.1", "\x16\x03\x01"})
    REQUIRE(verdict(wants(""), std::string(line) + "\r\n\r\n").starts_with("the answer is not HTTP"));
}

TEST_CASE("an answer without end is not read without end", "[http]") {
  const HttpProbe expected = wants("needle");
  HttpAnswer header(expected);
  std::optional<std::string> got;
  std::size_t fed = 0;
  while (!got && fed < 4 * kMaxHttpHeaderBytes) {
    got = header.feed(fed == 0 ? "HTTP/1.1 200 OK\r\n" : "X-Filler: xxxxxxxxxxxx\r\n");
    fed += 24;
  }
  REQUIRE(got == "the header is longer than 16 KiB");
  REQUIRE(verdict(expected, std::string(20'000, 'x'), 1000) == "the header is longer than 16 KiB");

  HttpAnswer body(expected);
  REQUIRE_FALSE(body.feed("HTTP/1.1 200 OK\r\n\r\n").has_value());
  got.reset();
  for (fed = 0; !got && fed < 4 * kMaxHttpBodyBytes; fed += 1000) got = body.feed(std::string(1000, 'x'));
  REQUIRE(got == "the body has no 'needle' in its first 64 KiB");
  REQUIRE(fed <= kMaxHttpBodyBytes + 1000);
}
