// A tree of our own, over two lives of its owner.
#include "sys/cgroup_tree.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <thread>

#include "sys/cgroup_support.hpp"
#include "sys/fd.hpp"
#include "sys/file.hpp"

using namespace sup::sys;
using namespace test;

namespace {

std::string cgroup_of(const std::string& process) {
  return own_cgroup_path(read_file("/proc/" + process + "/cgroup", 65536).value_or("")).value_or("");
}

bool contains(const Cgroup& group, pid_t pid) {
  const auto members = group.processes();
  return members && std::binary_search(members->pids.begin(), members->pids.end(), pid);
}

}  // namespace

TEST_CASE("a tree holds all threads of its owner in manager, and its end restores what was", "[cgroup]") {
  const TestGroup group;
  if (!group) return;
  REQUIRE(in_forked_process([&] {
            EXPECT(group->join(0));
            const std::string before = cgroup_of("self");
            Pipe pipe = *make_pipe();
            pid_t thread_id = 0;
            std::atomic<bool> is_started{false};
            std::jthread thread{[&] {
              thread_id = ::gettid();
              is_started = true;
              char byte = 0;
              (void)!::read(pipe.read_end.get(), &byte, 1);
            }};
            EXPECT(wait_until([&] { return is_started.load(); }));
            auto tree = CgroupTree::create(group.as_place(), "t");
            EXPECT(tree);
            EXPECT(tree->path() == group.path() + "/t");
            EXPECT(cgroup_of("self") == before + "/t/manager");
            EXPECT(cgroup_of(std::to_string(::getpid()) + "/task/" + std::to_string(thread_id)) ==
                   before + "/t/manager");
            EXPECT(tree->group_names()->empty());
            EXPECT(tree->create_group("web.1"));
            EXPECT(tree->create_group("web.1").error().code == sup::Errc::busy);
            EXPECT(tree->create_group("manager").error().code == sup::Errc::invalid);
            for (const char* name : {"", ".", "..", "a/b", "a\nb"})
              EXPECT(tree->create_group(name).error().code == sup::Errc::invalid);
            EXPECT(tree->open_group("web.1"));
            EXPECT(tree->open_group("web.2").error().code == sup::Errc::not_found);
            EXPECT(*tree->group_names() == std::vector<std::string>{"web.1"});
            pipe.write_end.reset();
            EXPECT(tree->destroy());
            EXPECT(cgroup_of("self") == before);
            EXPECT(group->children()->empty());
            EXPECT(tree->destroy());  // Nothing is left to do.
            return 0;
          }) == 0);
}

TEST_CASE("a second life finds, ends and removes what the first one left", "[cgroup]") {
  const TestGroup group;
  if (!group) return;
  REQUIRE(in_forked_process([&] {
            auto tree = CgroupTree::create(group.as_place(), "t");
            EXPECT(tree);
            auto run = tree->create_group("web.1");
            EXPECT(run);
            EXPECT(tree->create_group("db.7"));
            const pid_t pid = ::fork();
            if (pid == 0) {
              (void)run->join(0);
              (void)Cgroup::create(run->directory(), "inner");
              for (;;) ::pause();
            }
            EXPECT(wait_until([&] { return run->children()->size() == 1; }));
            return 0;  // Dies without a word.
          }) == 0);
  REQUIRE(in_forked_process([&] {
            auto tree = CgroupTree::create(group.as_place(), "t");
            EXPECT(tree);
            EXPECT(*tree->group_names() == (std::vector<std::string>{"db.7", "web.1"}));
            auto left = tree->open_group("web.1");
            EXPECT(left);
            EXPECT(left->is_populated() == true);
            EXPECT(tree->destroy().error().code == sup::Errc::busy);
            EXPECT(left->kill());
            EXPECT(becomes_empty(*left));
            EXPECT(left->remove());
            EXPECT(tree->group_names()->empty());  // db.7 has gone with the attempt.
            EXPECT(tree->destroy());
            return 0;
          }) == 0);
  REQUIRE(must(group->children()).empty());
}

TEST_CASE("a tree has one owner", "[cgroup]") {
  const TestGroup group;
  if (!group) return;
  REQUIRE(in_forked_process([&] {
            auto tree = CgroupTree::create(group.as_place(), "t");
            EXPECT(tree);
            const pid_t owner = ::getpid();
            EXPECT(in_forked_process([&] {
                     EXPECT(group->join(0));
                     const auto second = CgroupTree::create(group.as_place(), "t");
                     EXPECT(!second);
                     EXPECT(second.error().code == sup::Errc::busy);
                     EXPECT(second.error().what ==
                            "cannot use cgroup 'manager': process " + std::to_string(owner) + " lives in it");
                     return 0;
                   }) == 0);
            EXPECT(tree->manager().is_populated() == true);
            EXPECT(tree->destroy());
            return 0;
          }) == 0);
}

TEST_CASE("who is in its manager already takes the tree over", "[cgroup]") {
  const TestGroup group;
  if (!group) return;
  REQUIRE(in_forked_process([&] {
            EXPECT(group->join(0));
            EXPECT(CgroupTree::create(group.as_place(), "t"));
            auto place = find_cgroup_place();
            EXPECT(place);
            auto tree = CgroupTree::create(std::move(*place), "t");
            EXPECT(tree);
            EXPECT(tree->path() == group.path() + "/t");
            EXPECT(tree->outer().name() == group.path());
            EXPECT(tree->create_group("x"));
            EXPECT(tree->destroy());
            EXPECT(contains(*group, ::getpid()));
            return 0;
          }) == 0);
  REQUIRE(must(group->children()).empty());
}

TEST_CASE("a delegated group serves a user without privilege", "[cgroup]") {
  const TestGroup group;
  if (!group) return;
  if (!can_change_user()) return skip("needs root");
  for (const char* name : {".", "cgroup.procs", "cgroup.subtree_control"})
    REQUIRE(::fchownat(group->directory().get(), name, kNobody, kNobody, 0) == 0);
  REQUIRE(in_forked_process([&] {
            EXPECT(group->join(0));
            EXPECT(::setgid(kNobody) == 0);
            EXPECT(::setuid(kNobody) == 0);
            auto place = find_cgroup_place();
            EXPECT(place);
            auto tree = CgroupTree::create(std::move(*place), "t");
            EXPECT(tree);
            auto run = tree->create_group("x");
            EXPECT(run);
            ChildSettings settings = command({"sleep", "1000"});
            settings.cgroup_fd = run->directory().get();
            const auto child = spawn(*prepare_child(std::move(settings)));
            EXPECT(child);
            EXPECT(contains(*run, child->pid));
            EXPECT(run->kill());
            EXPECT(reap(*child));
            EXPECT(becomes_empty(*run));
            EXPECT(tree->destroy());
            return 0;
          }) == 0);
}

TEST_CASE("a controller that cannot be had says why", "[cgroup]") {
  const TestGroup group;
  if (!group) return;
  REQUIRE(in_forked_process([&] {
            EXPECT(group->join(0));
            auto tree = CgroupTree::create(group.as_place(), "t");
            EXPECT(tree);
            constexpr std::string_view kWanted[] = {"nonsense"};
            const auto controllers = tree->enable(kWanted);
            EXPECT(!controllers[0].is_enabled);
            EXPECT(controllers[0].reason ==
                   "cannot enable controller 'nonsense' below cgroup '" + group.path() + "': it is not offered there");
            EXPECT(tree->destroy());
            return 0;
          }) == 0);

  std::vector<std::string> held = version1_controllers(must(read_file("/proc/self/cgroup", 65536)));
  if (held.empty()) return skip("no controller is held by cgroup v1 here");
  REQUIRE(in_forked_process([&] {
            auto tree = CgroupTree::create(group.as_place(), "t");
            EXPECT(tree);
            const std::string_view wanted[] = {held.front()};
            EXPECT(tree->enable(wanted)[0].reason.ends_with("since a hierarchy of cgroup v1 holds it"));
            EXPECT(tree->destroy());
            return 0;
          }) == 0);
}

TEST_CASE("real controllers are enabled for runs, unless processes live beside the tree", "[cgroup]") {
  const TestGroup group;
  if (!group) return;
  std::vector<std::string> offered = must(group->controllers());
  if (offered.empty()) return skip("no controller is offered to the group of the tests");
  REQUIRE(in_forked_process([&] {
            EXPECT(group->join(0));
            const pid_t beside = ::fork();
            if (beside == 0)
              for (;;) ::pause();
            auto tree = CgroupTree::create(group.as_place(), "t");
            EXPECT(tree);
            const std::string_view wanted[] = {offered.front()};
            auto controllers = tree->enable(wanted);
            EXPECT(!controllers[0].is_enabled);
            EXPECT(controllers[0].reason.find("process " + std::to_string(beside)) != std::string::npos);
            EXPECT(::kill(beside, SIGKILL) == 0);
            EXPECT(::waitpid(beside, nullptr, 0) == beside);
            controllers = tree->enable(wanted);
            EXPECT(controllers[0].is_enabled);
            EXPECT(tree->create_group("x")->controllers() == offered);
            EXPECT(tree->destroy());
            EXPECT(group->enabled_controllers()->empty());
            EXPECT(contains(*group, ::getpid()));
            return 0;
          }) == 0);
}
