// The rest of what the kernel and libc tell: clocks, random numbers, accounts, descriptors, environment.
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "sys/accounts.hpp"
#include "sys/clock.hpp"
#include "sys/env.hpp"
#include "sys/epoll_set.hpp"
#include "sys/fd.hpp"
#include "sys/limits.hpp"
#include "sys/random.hpp"
#include "sys/support.hpp"

using namespace sup::sys;
using namespace test;

TEST_CASE("clocks run forward and know the year") {
  const sup::Instant first = monotonic_now();
  REQUIRE(monotonic_now() >= first);
  REQUIRE(wall_now().time_since_epoch() > std::chrono::hours{24 * 365 * 50});
}

TEST_CASE("random bytes fill all that was given and differ") {
  std::vector<std::byte> bytes(100'000);
  must(fill_random(bytes));
  REQUIRE(std::any_of(bytes.end() - 64, bytes.end(), [](std::byte b) { return b != std::byte{0}; }));
  REQUIRE(must(random_u64()) != must(random_u64()));
  REQUIRE(must(random_invocation_id()).text().size() == 32);
}

TEST_CASE("a user is found by name and by number") {
  const auto root = must(find_user("root"));
  REQUIRE(root.has_value());
  REQUIRE(root->uid == 0);
  REQUIRE(root->home == ::getpwuid(0)->pw_dir);
  REQUIRE(must(find_user("0"))->name == "root");
  REQUIRE_FALSE(must(find_user("no-such-user")).has_value());
  REQUIRE_FALSE(must(find_user("-1")).has_value());
  REQUIRE_FALSE(must(find_user("4294967295")).has_value());
  REQUIRE_FALSE(must(find_user("")).has_value());
}

TEST_CASE("a number without an entry is an account too") {
  const auto account = must(find_user("3123456789"));
  REQUIRE(account->uid == 3123456789);
  REQUIRE(account->gid == 3123456789);
  REQUIRE(account->name.empty());
  REQUIRE(account->home == "/");
  REQUIRE(must(supplementary_groups(*account)) == std::vector<gid_t>{3123456789});
}

TEST_CASE("groups are found, those of a user with its primary one") {
  REQUIRE(must(find_group("root"))->gid == 0);
  REQUIRE(must(find_group("0"))->name == "root");
  REQUIRE(must(find_group("3123456789"))->name.empty());
  REQUIRE_FALSE(must(find_group("no-such-group")).has_value());
  const auto groups = must(supplementary_groups(*must(find_user("root"))));
  REQUIRE(std::find(groups.begin(), groups.end(), 0u) != groups.end());
}

TEST_CASE("a pipe's ends are not inherited, and its size can be raised") {
  const Pipe pipe = must(make_pipe());
  REQUIRE((::fcntl(pipe.read_end.get(), F_GETFD) & FD_CLOEXEC) != 0);
  REQUIRE((::fcntl(pipe.write_end.get(), F_GETFD) & FD_CLOEXEC) != 0);
  REQUIRE(must(set_pipe_size(pipe.write_end, 1 << 17)) >= (1 << 16));
  REQUIRE((::fcntl(pipe.read_end.get(), F_GETFL) & O_NONBLOCK) == 0);
  must(set_nonblocking(pipe.read_end));
  REQUIRE((::fcntl(pipe.read_end.get(), F_GETFL) & O_NONBLOCK) != 0);
  REQUIRE_FALSE(set_nonblocking(sup::UniqueFd{}).has_value());
}

TEST_CASE("an eventfd counts and is drained, and wakes an epoll set inside another") {
  const sup::UniqueFd event = must(make_eventfd());
  EpollSet inner = must(EpollSet::create());
  EpollSet outer = must(EpollSet::create());
  must(inner.add(event, EPOLLIN, 1));
  must(outer.add(inner.fd(), EPOLLIN, 2));
  ReadyEvent ready[4];
  REQUIRE(must(outer.wait(ready, sup::Duration::zero())) == 0);
  REQUIRE(drain_eventfd(event) == 0);
  notify_eventfd(event);
  notify_eventfd(event);
  REQUIRE(must(outer.wait(ready, std::nullopt)) == 1);
  REQUIRE(ready[0].data == 2);
  REQUIRE(must(inner.wait(ready, std::nullopt)) == 1);
  REQUIRE(ready[0].data == 1);
  REQUIRE(drain_eventfd(event) == 2);
  REQUIRE(must(outer.wait(ready, std::chrono::milliseconds{1})) == 0);
}

TEST_CASE("a copy keeps clear of stdio, and missing stdio is filled") {
  REQUIRE(must(dup_cloexec_above_stdio(0)).get() >= 3);
  const int code = in_forked_process([] {
    ::close(0);
    ::close(2);
    if (!open_missing_stdio()) return 1;
    return ::fcntl(0, F_GETFD) == 0 && ::fcntl(2, F_GETFD) == 0 ? 0 : 2;
  });
  REQUIRE(code == 0);
}

TEST_CASE("the limit of open files is raised to the hard one and the original is told") {
  const int code = in_forked_process([] {
    const auto original = nofile_limits();
    const rlimit lowered{64, original->hard};
    if (::setrlimit(RLIMIT_NOFILE, &lowered) < 0) return 1;
    const auto before = raise_nofile();
    if (!before || before->soft != 64) return 2;
    return nofile_limits()->soft == original->hard ? 0 : 3;
  });
  REQUIRE(code == 0);
}

TEST_CASE("open descriptors are counted") {
  const std::size_t before = must(open_descriptor_count());
  const Pipe pipe = must(make_pipe());
  REQUIRE(must(open_descriptor_count()) == before + 2);
}

TEST_CASE("our environment is told byte for byte") {
  ::setenv("SUP_TEST", "a=b\n\xff", 1);
  const auto all = environment();
  REQUIRE(std::find(all.begin(), all.end(), std::pair<std::string, std::string>{"SUP_TEST", "a=b\n\xff"}) != all.end());
  REQUIRE(environment_variable("SUP_TEST") == "a=b\n\xff");
  ::unsetenv("SUP_TEST");
  REQUIRE_FALSE(environment_variable("SUP_TEST").has_value());
}

TEST_CASE("processors and terminals") {
  REQUIRE(cpu_count() >= 1);
  const Pipe pipe = must(make_pipe());
  REQUIRE_FALSE(is_a_tty(pipe.read_end.get()));
  REQUIRE_FALSE(terminal_columns(pipe.read_end.get()).has_value());
}
