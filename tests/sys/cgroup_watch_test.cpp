// The kernel's notices about groups.
#include "sys/cgroup_watch.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <functional>
#include <map>

#include "sys/cgroup_support.hpp"
#include "sys/epoll_set.hpp"

using namespace sup::sys;
using namespace test;

namespace {

using Tokens = std::vector<std::uint64_t>;

ProcessRef start_in(const Cgroup& group) {
  ChildSettings settings = command({"sleep", "1000"});
  settings.cgroup_fd = group.directory().get();
  return start(SpawnMethod::clone3_vfork, std::move(settings));
}

void end(const Cgroup& group, const ProcessRef& process) {
  must(group.kill());
  must(reap(process));
}

// Waits for notices as the daemon's loop does, never looking at the group before one has come.
bool is_told(CgroupWatch& watch, std::uint64_t token, const std::function<bool()>& condition) {
  for (;;) {
    pollfd waiting{watch.fd().get(), POLLIN, 0};
    if (::poll(&waiting, 1, 20'000) != 1) return false;
    const Tokens tokens = must(watch.read());
    if (std::find(tokens.begin(), tokens.end(), token) != tokens.end() && condition()) return true;
  }
}

}  // namespace

TEST_CASE("a group that becomes empty is reported", "[cgroup]") {
  const TestGroup one;
  if (!one) return;
  const TestGroup two;
  CgroupWatch watch = must(CgroupWatch::create());
  const ProcessRef first = start_in(*one);
  const ProcessRef second = start_in(*two);
  must(watch.add(*one, 1));
  must(watch.add(*two, 2));
  REQUIRE(watch.add(*one, 3).error().code == sup::Errc::busy);
  EpollSet set = must(EpollSet::create());
  must(set.add(watch.fd(), EPOLLIN, 7));

  end(*one, first);
  ReadyEvent ready[1];
  REQUIRE(must(set.wait(ready, std::chrono::seconds{20})) == 1);
  // That they have become populated may be told late, so `two` may be named as well.
  REQUIRE(is_told(watch, 1, [&] { return !must(one->is_populated()); }));
  REQUIRE(must(two->is_populated()));

  watch.remove(1);
  watch.remove(1);
  end(*two, second);
  REQUIRE(is_told(watch, 2, [&] { return !must(two->is_populated()); }));
}

TEST_CASE("populated, empty, frozen and thawed are told one after the other", "[cgroup]") {
  const TestGroup group;
  if (!group) return;
  CgroupWatch watch = must(CgroupWatch::create());
  must(watch.add(*group, 5));
  const ProcessRef process = start_in(*group);
  REQUIRE(is_told(watch, 5, [&] { return must(group->is_populated()); }));
  must(group->freeze());
  REQUIRE(is_told(watch, 5, [&] { return must(group->state()).is_frozen; }));
  must(group->thaw());
  REQUIRE(is_told(watch, 5, [&] { return !must(group->state()).is_frozen; }));
  end(*group, process);
  REQUIRE(is_told(watch, 5, [&] { return !must(group->is_populated()); }));
}

TEST_CASE("nothing is missed by who looks after add, however short the life", "[cgroup]") {
  const TestGroup group;
  if (!group) return;
  CgroupWatch watch = must(CgroupWatch::create());
  for (std::uint64_t token = 1; token <= 100; ++token) {
    const Cgroup run = must(Cgroup::create(group->directory(), "run" + std::to_string(token)));
    ChildSettings settings = command({"true"});
    settings.cgroup_fd = run.directory().get();
    const ProcessRef process = start(SpawnMethod::clone3_vfork, std::move(settings));
    must(watch.add(run, token));
    if (must(run.is_populated())) REQUIRE(is_told(watch, token, [&] { return !must(run.is_populated()); }));
    must(reap(process));
    watch.remove(token);
    must(run.remove());
  }
}

TEST_CASE("a group that was removed can be told no more, and its watch ends", "[cgroup]") {
  const TestGroup group;
  if (!group) return;
  CgroupWatch watch = must(CgroupWatch::create());
  const Cgroup run = must(Cgroup::create(group->directory(), "run"));
  must(watch.add(run, 1));
  must(run.remove());
  watch.remove(1);
  REQUIRE(watch.add(run, 1).error().code == sup::Errc::not_found);
  const Cgroup again = must(Cgroup::create(group->directory(), "run"));
  must(watch.add(again, 1));
  const ProcessRef process = start_in(again);
  REQUIRE(is_told(watch, 1, [&] { return must(again.is_populated()); }));
  end(again, process);
}

TEST_CASE("when too much has happened all are to be looked at", "[cgroup]") {
  const TempDir dir;
  for (const char* name : {"a", "b", "quiet"}) {
    std::filesystem::create_directory(dir / name);
    write_text(dir / (std::string{name} + "/cgroup.events"), "populated 0\n");
  }
  CgroupWatch watch = must(CgroupWatch::create());
  const Cgroup a = group_at(dir / "a"), b = group_at(dir / "b"), quiet = group_at(dir / "quiet");
  must(watch.add(a, 1));
  must(watch.add(b, 2));
  must(watch.add(quiet, 3));
  const std::string limit = must(read_file("/proc/sys/fs/inotify/max_queued_events", 64));
  if (std::stol(limit) > 200'000) return skip("fs.inotify.max_queued_events is very large here");
  // In turns, because equal notices in a row are one.
  for (long i = 0; i < std::stol(limit) + 2; ++i) must((i % 2 == 0 ? a : b).write_knob("cgroup.events", "populated 1"));
  std::map<std::uint64_t, int> told;
  int reads = 0;
  for (bool is_more = true; is_more; ++reads) {
    const Tokens tokens = must(watch.read());
    for (const std::uint64_t token : tokens) ++told[token];
    is_more = !tokens.empty();
  }
  REQUIRE(told.size() == 3);
  REQUIRE(told[3] == 1);
  REQUIRE(reads > 2);  // One call does not take it all.
}

TEST_CASE("a watch that the kernel ends is told and forgotten", "[cgroup]") {
  if (in_forked_process([] { return ::unshare(CLONE_NEWNS); }) != 0) return skip("needs the right to mount");
  const TempDir dir;
  REQUIRE(in_forked_process([&] {
            EXPECT(::unshare(CLONE_NEWNS) == 0);
            EXPECT(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0);
            EXPECT(::mount("none", dir.path().c_str(), "tmpfs", 0, nullptr) == 0);
            CgroupWatch watch = must(CgroupWatch::create());
            {
              std::filesystem::create_directory(dir / "group");
              write_text(dir / "group/cgroup.events", "populated 0\n");
              EXPECT(watch.add(group_at(dir / "group"), 9));
            }
            EXPECT(::umount(dir.path().c_str()) == 0);
            EXPECT(*watch.read() == Tokens{9});
            watch.remove(9);
            return 0;
          }) == 0);
}
