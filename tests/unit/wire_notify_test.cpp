// Messages of sd_notify(3), with the bytes that real programs send.
#include "wire/notify_message.hpp"

#include <string>

#include "catch.hpp"

using namespace sup;
using namespace sup::wire;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

NotifyMessage parsed(std::string_view bytes, std::size_t fds = 0) {
  const auto result = parse_notify(bytes, fds);
  REQUIRE(std::holds_alternative<NotifyMessage>(result));
  return std::get<NotifyMessage>(result);
}

std::string refused(std::string_view bytes, std::size_t fds = 0) {
  const auto result = parse_notify(bytes, fds);
  REQUIRE(std::holds_alternative<NotifyRefusal>(result));
  return std::string(std::get<NotifyRefusal>(result).why);
}

}  // namespace

TEST_CASE("what haproxy -Ws sends: reloading, then ready with its main process") {
  const NotifyMessage begin = parsed("RELOADING=1\nSTATUS=Loading.\n");
  REQUIRE(begin.is_reloading);
  REQUIRE_FALSE(begin.is_ready);
  REQUIRE(begin.status == "Loading.");
  const NotifyMessage end = parsed("READY=1\nMAINPID=4711\nSTATUS=Ready.\n");
  REQUIRE(end.is_ready);
  REQUIRE(end.main_pid == 4711);
}

TEST_CASE("what redis sends: one assignment in each message, with a newline behind") {
  REQUIRE(parsed("STATUS=Ready to accept connections\n").status == "Ready to accept connections");
  REQUIRE(parsed("READY=1\n").is_ready);
}

TEST_CASE("what sshd and dbus-daemon send") {
  REQUIRE(parsed("READY=1").is_ready);
  const NotifyMessage reload = parsed("RELOADING=1\nMONOTONIC_USEC=123456789");
  REQUIRE(reload.is_reloading);
  REQUIRE(parsed("RELOADING=1").is_reloading);
}

TEST_CASE("what systemd-notify sends: the message, then a barrier with one descriptor") {
  const NotifyMessage ready = parsed("READY=1\nSTATUS=up\nMAINPID=12");
  REQUIRE(ready.is_ready);
  REQUIRE(parsed("BARRIER=1", 1).is_barrier);
}

TEST_CASE("a barrier is alone, and has exactly one descriptor") {
  REQUIRE(refused("BARRIER=1", 0) == "BARRIER=1 needs exactly one descriptor");
  REQUIRE(refused("BARRIER=1", 2) == "BARRIER=1 needs exactly one descriptor");
  REQUIRE(refused("BARRIER=1\nREADY=1", 1) == "BARRIER=1 is not its only assignment");
  REQUIRE(refused("X_OWN=1\nBARRIER=1\n", 1) == "BARRIER=1 is not its only assignment");
}

TEST_CASE("a NUL may be the last byte, and nowhere else") {
  REQUIRE(parsed("READY=1\0"s).is_ready);
  REQUIRE(refused("READY=1\0\0"s) == "it holds a NUL byte");
  REQUIRE(refused("READY=1\0STATUS=x"s) == "it holds a NUL byte");
}

TEST_CASE("an empty message is refused") {
  REQUIRE(refused("") == "it is empty");
  REQUIRE(refused("\0"s) == "it is empty");
  REQUIRE(refused("\n\n") == "it is empty");
}

TEST_CASE("unknown assignments, and values that mean nothing, are left out") {
  REQUIRE(parsed("X_OWN=READY=1\nready=1\nREADY\n=1\nREADY=2\nREADY=01") == NotifyMessage{});
  REQUIRE(parsed("MAINPID=0\nMAINPID=-4\nMAINPID=12x\nMAINPID=99999999999") == NotifyMessage{});
  REQUIRE(parsed("ERRNO=two\nEXIT_STATUS=\nNOTIFYACCESS=everybody\nNOTIFYACCESS=auto") == NotifyMessage{});
  REQUIRE(parsed("WATCHDOG_USEC=-1\nEXTEND_TIMEOUT_USEC=soon") == NotifyMessage{});
}

TEST_CASE("times are in microseconds, and bounded by a year") {
  REQUIRE(parsed("WATCHDOG_USEC=2000000").watchdog == 2s);
  REQUIRE(parsed("WATCHDOG_USEC=0").watchdog == 0s);
  REQUIRE(parsed("EXTEND_TIMEOUT_USEC=1500").more_time == 1500us);
  REQUIRE(parsed("EXTEND_TIMEOUT_USEC=18446744073709551615").more_time == 366 * 24h);
}

TEST_CASE("the other assignments") {
  REQUIRE(parsed("WATCHDOG=1").is_alive);
  REQUIRE(parsed("WATCHDOG=trigger").is_unfit);
  REQUIRE(parsed("STOPPING=1").is_stopping);
  REQUIRE(parsed("RESTART_RESET=1").resets_restarts);
  REQUIRE(parsed("ERRNO=2\nEXIT_STATUS=3\nBUSERROR=org.freedesktop.DBus.Error.Failed") == [] {
    NotifyMessage m;
    m.error_number = 2;
    m.exit_status = 3;
    m.error_name = "org.freedesktop.DBus.Error.Failed";
    return m;
  }());
  REQUIRE(parsed("NOTIFYACCESS=main").access == NotifyAccess::main);
  REQUIRE(parsed("MAINPIDFD=1", 1).has_main_pidfd);
  REQUIRE(parsed("MAINPID=7\nMAINPIDFDID=18446744073709551615").main_pidfd_id == 18446744073709551615U);
  REQUIRE_FALSE(parsed("MAINPIDFDID=-1").main_pidfd_id);
  REQUIRE(refused("MAINPIDFD=1") == "MAINPIDFD=1 needs exactly one descriptor");
}

TEST_CASE("descriptors are stored under a name, and watched unless FDPOLL=0") {
  const NotifyMessage plain = parsed("FDSTORE=1", 3);
  REQUIRE(plain.stores_fds);
  REQUIRE(plain.polls_fds);
  REQUIRE_FALSE(plain.fd_name);
  const NotifyMessage named = parsed("FDSTORE=1\nFDNAME=http socket\nFDPOLL=0\n", 1);
  REQUIRE(named.fd_name == "http socket");
  REQUIRE_FALSE(named.polls_fds);
  REQUIRE(parsed("FDSTORE=1\nFDPOLL=1", 1).polls_fds);
  REQUIRE_FALSE(parsed("FDSTORE=yes", 1).stores_fds);
  const NotifyMessage removed = parsed("FDSTOREREMOVE=1\nFDNAME=a");
  REQUIRE(removed.removes_fds);
  REQUIRE_FALSE(removed.stores_fds);
  REQUIRE(removed.fd_name == "a");
}

TEST_CASE("what can be no name of a descriptor is left out") {
  REQUIRE_FALSE(parsed("FDSTORE=1\nFDNAME=a:b", 1).fd_name);
  REQUIRE_FALSE(parsed("FDSTORE=1\nFDNAME=a\tb", 1).fd_name);
  REQUIRE_FALSE(parsed("FDSTORE=1\nFDNAME=caf\xc3\xa9", 1).fd_name);
  REQUIRE_FALSE(parsed("FDSTORE=1\nFDNAME=\x7f", 1).fd_name);
  REQUIRE(parsed("FDSTORE=1\nFDNAME=" + std::string(kFdNameBytes, 'x'), 1).fd_name);
  REQUIRE_FALSE(parsed("FDSTORE=1\nFDNAME=" + std::string(kFdNameBytes + 1, 'x'), 1).fd_name);
  REQUIRE(parsed("FDSTORE=1\nFDNAME=", 1).fd_name == "");
}

TEST_CASE("one descriptor is not for two purposes") {
  REQUIRE(refused("MAINPIDFD=1\nFDSTORE=1", 1) == "its one descriptor cannot be for both MAINPIDFD=1 and FDSTORE=1");
}

TEST_CASE("a status is one visible line of a bounded length") {
  REQUIRE(parsed("STATUS=\x1b[2Jred").status->find('\x1b') == std::string::npos);
  REQUIRE(parsed("STATUS=\xff\xfe").status->find('\xff') == std::string::npos);
  REQUIRE(parsed("STATUS=").status == "");
  REQUIRE(parsed("STATUS=" + std::string(4000, 'x')).status->size() <= kNotifyTextBytes + 3);
}
