// What the init of a machine knows of it; what it does to it is tested in an emulated one (tests/machine).
#include "sys/machine.hpp"

#include <unistd.h>

#include <csignal>

#include "machine/prepare.hpp"
#include "sys/mounts.hpp"
#include "sys/support.hpp"

using namespace sup;
using namespace sup::sys;

TEST_CASE("mount points are read from mountinfo", "[machine]") {
  const auto mounted = mount_points_in(
      "22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,errors=remount-ro\n"
      "23 22 0:21 / /mnt/a\\040b ro,nosuid - tmpfs none rw,size=4k\n"
      "24 22 0:44 / /srv rw - nfs4 host:/export ro,vers=4.2\n"
      "nonsense\n"
      "25 22 0:45 / /half rw\n");
  REQUIRE(mounted.size() == 3);
  CHECK(mounted[0] == MountPoint{"/", "ext4", "/dev/vda", false});
  CHECK(mounted[1] == MountPoint{"/mnt/a b", "tmpfs", "none", false});
  CHECK(mounted[2] == MountPoint{"/srv", "nfs4", "host:/export", true});
}

TEST_CASE("a mount point is known without /proc", "[machine]") {
  CHECK(is_mount_point("/"));
  CHECK(is_mount_point("/proc"));
  CHECK_FALSE(is_mount_point("/proc/self"));
  CHECK_FALSE(is_mount_point("/there-is-no-such-place"));
}

TEST_CASE("the name of a machine is letters, digits, hyphens and dots", "[machine]") {
  CHECK(is_hostname("web-1.example.org"));
  CHECK(is_hostname(std::string(64, 'a')));
  for (const char* name : {"", "-a", ".a", "a b", "a_b", "a/b", "\xc3\xa4"}) CHECK_FALSE(is_hostname(name));
  CHECK_FALSE(is_hostname(std::string(65, 'a')));
}

TEST_CASE("signals ask for what the field agrees on", "[machine]") {
  CHECK(power_asked_by(SIGINT) == PowerAction::reboot);
  CHECK(power_asked_by(SIGRTMIN + 5) == PowerAction::reboot);
  CHECK(power_asked_by(SIGRTMIN + 3) == PowerAction::halt);
  for (const int off : {SIGTERM, SIGQUIT, SIGPWR, SIGRTMIN + 4}) CHECK(power_asked_by(off) == PowerAction::poweroff);
  for (const int other : {SIGHUP, SIGUSR1, SIGUSR2, SIGCHLD, SIGRTMIN + 6})
    CHECK(power_asked_by(other) == PowerAction::none);
}

TEST_CASE("words of the kernel's command line ask for a shell, and the name tells the init", "[machine]") {
  for (const char* word : {"single", "rescue", "emergency", "1", "s", "S"}) CHECK(machine::wants_shell(word));
  for (const char* word : {"quiet", "splash", "", "singles"}) CHECK_FALSE(machine::wants_shell(word));
  CHECK(machine::is_named_init("/sbin/init"));
  CHECK(machine::is_named_init("init"));
  CHECK_FALSE(machine::is_named_init("/usr/sbin/supervisord"));
  CHECK_FALSE(machine::is_named_init("docker-init"));
}

TEST_CASE("this process is no init of a machine", "[machine]") {
  const auto why = machine::why_not_here(::getpid());
  REQUIRE(why);
  CHECK(why->find("is for PID 1 of a machine") != std::string::npos);
}
