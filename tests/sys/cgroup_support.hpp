// What the tests of cgroups share: a group of their own, directories that look like one, and bodies in forked
// processes.
#pragma once

#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <optional>
#include <string>
#include <utility>

#include "sys/cgroup.hpp"
#include "sys/cgroup_place.hpp"
#include "sys/file.hpp"
#include "sys/support.hpp"

// For bodies of in_forked_process(), where Catch2 cannot count: says what is not so and fails the body.
#define EXPECT(condition)                                                          \
  do {                                                                             \
    if (!(condition)) {                                                            \
      std::fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
      return 1;                                                                    \
    }                                                                              \
  } while (false)

namespace test {

// A group below the one in which the tests run; whoever lives in it at the end is killed. Not there (false) where this
// machine does not let us make one; the test case has been skipped then.
class TestGroup {
 public:
  TestGroup() {
    static int count = 0;
    auto place = sup::sys::find_cgroup_place();
    if (!place) {
      skip(place.error().what);
      return;
    }
    auto made = sup::sys::Cgroup::create(place->directory,
                                         "sup-test-" + std::to_string(::getpid()) + "-" + std::to_string(++count));
    if (!made) {
      skip(made.error().what);
      return;
    }
    path_ = place->path() + "/" + made->name();
    group_.emplace(std::move(*made));
  }
  ~TestGroup() {
    if (!group_) return;
    (void)group_->kill();
    (void)wait_until([&] { return !group_->is_populated().value_or(false); });
    (void)group_->remove();
  }
  TestGroup(const TestGroup&) = delete;
  TestGroup& operator=(const TestGroup&) = delete;

  explicit operator bool() const { return group_.has_value(); }
  const sup::sys::Cgroup* operator->() const { return &*group_; }
  const sup::sys::Cgroup& operator*() const { return *group_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  // As the group in which a tree is made.
  [[nodiscard]] sup::sys::CgroupPlace as_place() const {
    return {sup::UniqueFd{::dup(group_->directory().get())}, path_, ""};
  }

 private:
  std::optional<sup::sys::Cgroup> group_;
  std::string path_;
};

inline bool becomes_empty(const sup::sys::Cgroup& group) {
  return wait_until([&] { return group.is_populated() == false; });
}

// A directory as a group: for what needs files that this kernel does not give us.
inline sup::sys::Cgroup group_at(const std::string& path) {
  const auto slash = path.rfind('/');
  const sup::UniqueFd parent = must(sup::sys::open_read(path.substr(0, slash)));
  return must(sup::sys::Cgroup::open(parent, path.substr(slash + 1)));
}

}  // namespace test
