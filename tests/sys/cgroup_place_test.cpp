// Where cgroup version 2 is and where we are in it.
#include "sys/cgroup_place.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/cgroup_support.hpp"
#include "sys/cgroup_tree.hpp"

using namespace sup::sys;
using namespace test;

namespace {

// A mount namespace of its own whose changes nobody else sees.
bool has_private_mounts() {
  return ::unshare(CLONE_NEWNS) == 0 && ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

bool can_mount() {
  return in_forked_process([] { return has_private_mounts() ? 0 : 1; }) == 0;
}

std::string reason_of(const sup::Result<CgroupPlace>& place) { return place ? "" : place.error().what; }

}  // namespace

TEST_CASE("mounts of cgroup version 2 are found in mountinfo", "[cgroup]") {
  const auto mounts = cgroup_mounts(
      "22 1 0:20 / / rw,relatime - ext4 /dev/root rw\n"
      "31 23 0:28 / /sys/fs/cgroup ro - tmpfs tmpfs rw,mode=755\n"
      "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
      "36 31 0:33 /a\\040b /mnt/with\\040blank\\134 ro,nosuid shared:9 master:2 - cgroup2 cgroup2 rw\n"
      "37 31 0:33 / /read-only rw - cgroup2 none ro,nsdelegate\n"
      "38 31 0:33 /../x /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw,nsdelegate\n"
      "39 31 0:39 / /mnt rw - ext4 cgroup2 rw\n"
      "40 31 0:40 / /mnt\n"
      "\n"
      "garbage\n"
      "41 31 0:33 / /last\\999 rw shared:1 - cgroup2 cgroup2");
  REQUIRE(mounts == std::vector<CgroupMount>{{"/../x", "/sys/fs/cgroup/unified", false},
                                             {"/", "/last\\999", false},
                                             {"/a b", "/mnt/with blank\\", true},
                                             {"/", "/read-only", true}});
  REQUIRE(cgroup_mounts("").empty());
}

TEST_CASE("our own group and the controllers of version 1 are found in /proc/self/cgroup", "[cgroup]") {
  constexpr std::string_view kHybrid = "9:name=systemd:/0::/x\n8:cpu,cpuacct:/\n7:blkio:/\n0::/system.slice/a b:c\n";
  REQUIRE(own_cgroup_path(kHybrid) == "/system.slice/a b:c");
  REQUIRE(version1_controllers(kHybrid) == std::vector<std::string>{"cpu", "cpuacct", "io"});
  REQUIRE(own_cgroup_path("0::/") == "/");
  REQUIRE(version1_controllers("0::/\n").empty());
  REQUIRE_FALSE(own_cgroup_path("8:pids:/\n").has_value());
  REQUIRE_FALSE(own_cgroup_path("").has_value());
}

TEST_CASE("a group is found below what a mount shows of the hierarchy", "[cgroup]") {
  const auto below = [](const char* root, const char* path) { return cgroup_below({root, "/mnt", false}, path); };
  REQUIRE(below("/", "/") == "");
  REQUIRE(below("/", "/a/b") == "a/b");
  REQUIRE(below("/a", "/a") == "");
  REQUIRE(below("/a", "/a/b") == "b");
  REQUIRE_FALSE(below("/a", "/ab").has_value());
  REQUIRE_FALSE(below("/a/b", "/a").has_value());
  // Outside of our cgroup namespace.
  REQUIRE_FALSE(below("/..", "/").has_value());
  REQUIRE_FALSE(below("/", "/../x").has_value());
  REQUIRE_FALSE(below("/../x", "/../x/y").has_value());
  REQUIRE(below("/", "/..a") == "..a");
}

TEST_CASE("our own group is found, and we are in it", "[cgroup]") {
  const TestGroup group;
  if (!group) return;
  REQUIRE(in_forked_process([&] {
            EXPECT(group->join(0));
            const auto place = find_cgroup_place();
            EXPECT(place);
            EXPECT(place->path() == group.path());
            EXPECT(place->path() == place->mount_point + "/" + place->below);
            return 0;
          }) == 0);
}

TEST_CASE("what hides the hierarchy is said", "[cgroup]") {
  const TestGroup group;
  if (!group) return;
  if (!can_mount()) return skip("needs the right to mount");
  const std::string point = must(find_cgroup_place()).mount_point;
  REQUIRE(in_forked_process([&] {
            EXPECT(has_private_mounts());
            EXPECT(::mount("none", point.c_str(), "tmpfs", 0, nullptr) == 0);
            EXPECT(find_cgroup_place().error().code == sup::Errc::not_found);
            EXPECT(::umount2(point.c_str(), MNT_DETACH) == 0);
            EXPECT(find_cgroup_place());
            for (const CgroupMount& mount : cgroup_mounts(*read_file("/proc/self/mountinfo", 1 << 20)))
              EXPECT(::umount2(mount.point.c_str(), MNT_DETACH) == 0);
            EXPECT(reason_of(find_cgroup_place()) == "cannot find our cgroup: cgroup v2 is not mounted");
            EXPECT(::mount("none", "/proc", "tmpfs", 0, nullptr) == 0);
            EXPECT(find_cgroup_place().error().code == sup::Errc::not_found);
            return 0;
          }) == 0);
}

TEST_CASE("a mount elsewhere is as good, a read-only one is told when a tree is made", "[cgroup]") {
  const TestGroup group;
  if (!group) return;
  if (!can_mount()) return skip("needs the right to mount");
  const TempDir dir;
  const std::string elsewhere = dir / "a b\\";
  REQUIRE(::mkdir(elsewhere.c_str(), 0755) == 0);
  const std::string point = must(find_cgroup_place()).mount_point;
  REQUIRE(in_forked_process([&] {
            EXPECT(has_private_mounts());
            EXPECT(group->join(0));
            // Only this group is shown, at a place with a blank in its name.
            EXPECT(::mount(group.path().c_str(), elsewhere.c_str(), nullptr, MS_BIND, nullptr) == 0);
            EXPECT(::mount(nullptr, point.c_str(), nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY, nullptr) == 0);
            auto place = find_cgroup_place();
            EXPECT(place);
            EXPECT(place->path() == elsewhere);  // The writable one first.
            EXPECT(::umount2(elsewhere.c_str(), MNT_DETACH) == 0);
            place = find_cgroup_place();
            EXPECT(place);
            const auto tree = CgroupTree::create(std::move(*place), "t");
            EXPECT(!tree);
            EXPECT(tree.error().code == sup::Errc::denied);
            EXPECT(tree.error().what == "cannot create cgroup 't': Read-only file system");
            return 0;
          }) == 0);
}

TEST_CASE("in a cgroup namespace only a mount made inside of it is of use", "[cgroup]") {
  const TestGroup group;
  if (!group) return;
  if (!can_mount()) return skip("needs the right to mount");
  const TempDir dir;
  REQUIRE(in_forked_process([&] {
            EXPECT(has_private_mounts());
            EXPECT(group->join(0));
            EXPECT(::unshare(CLONE_NEWCGROUP) == 0);
            const std::string reason = reason_of(find_cgroup_place());
            EXPECT(reason.ends_with("does not show '/'"));
            EXPECT(::mount("none", dir.path().c_str(), "cgroup2", 0, nullptr) == 0);
            auto place = find_cgroup_place();
            EXPECT(place);
            EXPECT(place->path() == dir.path());
            auto tree = CgroupTree::create(std::move(*place), "t");
            EXPECT(tree);
            EXPECT(tree->destroy());
            return 0;
          }) == 0);
}

TEST_CASE("without the right to make groups nothing is changed", "[cgroup]") {
  const TestGroup group;
  if (!group) return;
  if (!can_change_user()) return skip("needs root");
  REQUIRE(in_forked_process([&] {
            EXPECT(group->join(0));
            EXPECT(::setuid(kNobody) == 0);
            auto place = find_cgroup_place();
            EXPECT(place);
            const auto tree = CgroupTree::create(std::move(*place), "t");
            EXPECT(!tree);
            EXPECT(tree.error().code == sup::Errc::denied);
            EXPECT(tree.error().what == "cannot create cgroup 't': Permission denied");
            return 0;
          }) == 0);
  REQUIRE(must(group->children()).empty());
}
