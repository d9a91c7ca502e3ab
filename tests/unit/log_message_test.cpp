// Lines as messages for syslog and for the journal.
#include "log/message.hpp"

#include "catch.hpp"
#include "spec/syslog_spec.hpp"

using namespace sup;
using namespace sup::log;

namespace {

constexpr WallTime kTime{std::chrono::seconds{1'795'915'682} + std::chrono::microseconds{42}};

}  // namespace

TEST_CASE("a line is a message of RFC 5424") {
  MessageOrigin origin{.identifier = "web@2", .service = "web", .name = "web@2", .pid = 4711};
  REQUIRE(message_of(origin, "host", kTime, "hello \xff") ==
          "<30>1 2026-11-29T01:28:02.000042Z host web@2 4711 stdout - hello \xff");
  origin.stream = Stream::err;
  origin.facility = 19;
  origin.pid = 0;
  REQUIRE(message_of(origin, "", kTime, "") == "<155>1 2026-11-29T01:28:02.000042Z - web@2 - stderr - ");
}

TEST_CASE("names that RFC 5424 does not take are made to fit") {
  const MessageOrigin origin{.identifier = "a b\n\xc3\xa4" + std::string(100, 'x')};
  const std::string message = message_of(origin, std::string(300, 'h'), kTime, "x");
  REQUIRE(message.find(" a_b___" + std::string(42, 'x') + " ") != std::string::npos);
  REQUIRE(message.find(" " + std::string(255, 'h') + " ") != std::string::npos);
}

TEST_CASE("a line is an entry of the journal") {
  const MessageOrigin origin{.form = MessageForm::journal,
                             .identifier = "tag",
                             .service = "web",
                             .name = "web@2",
                             .stream = Stream::err,
                             .run = RunId{7},
                             .pid = 4711};
  REQUIRE(message_of(origin, "host", kTime, "a=b") ==
          "PRIORITY=3\nSYSLOG_FACILITY=3\nSYSLOG_IDENTIFIER=tag\nSUPERVISORD_SERVICE=web\nSUPERVISORD_INSTANCE=web@2\n"
          "SUPERVISORD_STREAM=stderr\nSUPERVISORD_RUN=7\nSYSLOG_PID=4711\nMESSAGE=a=b\n");
}

TEST_CASE("a syslog server is at a path or an address") {
  REQUIRE(parse_syslog_address("/dev/log")->kind == SyslogAddress::Kind::local);
  REQUIRE(parse_syslog_address("udp://127.0.0.1:514")->at.port == 514);
  REQUIRE(parse_syslog_address("tcp://[::1]:601")->kind == SyslogAddress::Kind::tcp);
  for (const char* wrong : {"", "log", "udp://", "udp://127.0.0.1", "tcp://1:x", "http://127.0.0.1:1"})
    REQUIRE_FALSE(parse_syslog_address(wrong).has_value());
}
