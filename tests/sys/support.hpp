// What the tests of the kernel's truths share.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "sys/child.hpp"
#include "sys/process.hpp"
#include "sys/unique_fd.hpp"

#include "catch.hpp"

namespace test {

// Built with sanitizers: a fork is dear, and memory grows by what they note.
#ifdef SUP_SANITIZED
inline constexpr bool kIsSanitized = true;
#else
inline constexpr bool kIsSanitized = false;
#endif

// The value, or the test fails with the error's text.
template <class T>
T must(sup::Result<T> result) {
  INFO((result ? "" : result.error().what));
  REQUIRE(result.has_value());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

// A directory of its own, which goes with all that is in it.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string operator/(std::string_view name) const { return path_ + "/" + std::string{name}; }

 private:
  std::string path_;
};

void write_text(const std::string& path, std::string_view text, mode_t mode = 0644);

// Asks until the answer is yes; no after 20 s.
bool wait_until(const std::function<bool()>& condition);

// A test that cannot run here says so and counts as passed.
void skip(std::string_view why);
// Root, with the power to become somebody else.
bool can_change_user();
inline constexpr uid_t kNobody = 65534;

// Runs `body` in a forked process of this one and returns what it returns (0 to 255), or 128 + signal.
int in_forked_process(const std::function<int()>& body);

// Both ways to make a child, for GENERATE.
inline constexpr sup::sys::SpawnMethod kMethods[] = {sup::sys::SpawnMethod::clone3_vfork,
                                                     sup::sys::SpawnMethod::fork_pipe};

// A command that finds the usual programs.
sup::sys::ChildSettings command(std::vector<std::string> argv);
inline sup::sys::ChildSettings shell(std::string script) { return command({"/bin/sh", "-c", std::move(script)}); }

sup::sys::ProcessRef start(sup::sys::SpawnMethod method, sup::sys::ChildSettings settings);
// Starts what must not start.
sup::sys::SpawnFailure failure_of(sup::sys::SpawnMethod method, sup::sys::ChildSettings settings);

struct Outcome {
  std::string output;  // Of stdout.
  sup::ExitStatus status;
};
Outcome run(sup::sys::SpawnMethod method, sup::sys::ChildSettings settings);

std::string read_to_end(const sup::UniqueFd& fd);

}  // namespace test
