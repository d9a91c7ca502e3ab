// The guard with real managers: processes that are forked, killed, and started again.
#include "guard/guard.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "guard/holder.hpp"
#include "sys/clock.hpp"
#include "sys/fd.hpp"
#include "sys/signals.hpp"
#include "sys/support.hpp"

using namespace sup::guard;
using namespace test;
using sup::Duration;
using sup::UniqueFd;

namespace {

constexpr Pace kAtOnce{.first = Duration{0}, .most = Duration{0}};

// What the test and all managers see. A number that a manager finds wrong is returned as its exit code.
struct Shared {
  volatile int steps[16];
  volatile pid_t pids[8];
};

struct Guarded {
  pid_t pid = 0;
  std::string said;  // A file with the guard's words.
};

class Stage {
 public:
  Stage() {
    void* memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory != MAP_FAILED);
    shared_ = new (memory) Shared{};
  }
  ~Stage() {
    if (guard_ > 0) ::kill(guard_, SIGKILL);
    if (guard_ > 0) ::waitpid(guard_, nullptr, 0);
    ::munmap(shared_, sizeof(Shared));
  }
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  Shared& operator*() { return *shared_; }
  Shared* operator->() { return shared_; }
  [[nodiscard]] pid_t guard() const { return guard_; }

  // A guard whose managers are `manager`; what it returns is what they say goodbye with.
  void begin(const std::function<int(Holder&)>& manager, const Pace& pace = kAtOnce) {
    guard_ = ::fork();
    REQUIRE(guard_ >= 0);
    if (guard_ != 0) return;
    sup::sys::block_all_signals();
    const int said = ::open((dir_ / "said").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    ::dup2(said, STDERR_FILENO);
    ::close(said);
    start(pace);
    Holder& holder = Holder::of_this_process();
    const int code = manager(holder);
    holder.say_goodbye(code);
    ::_exit(99);  // What was said counts.
  }
  // The guard's exit code, or 128 + signal.
  int end() {
    int status = 0;
    REQUIRE(::waitpid(guard_, &status, 0) == guard_);
    guard_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  std::string said() {
    std::ifstream file(dir_ / "said");
    return {std::istreambuf_iterator<char>(file), {}};
  }
  bool reaches(int step, int value) {
    return wait_until([&] { return shared_->steps[step] >= value; });
  }

 private:
  TempDir dir_;
  Shared* shared_ = nullptr;
  pid_t guard_ = 0;
};

[[noreturn]] void die() {
  ::kill(::getpid(), SIGKILL);
  for (;;) ::pause();
}

}  // namespace

TEST_CASE("a goodbye is passed on as the guard's exit code") {
  Stage stage;
  stage.begin([&](Holder& holder) {
    if (!holder.is_guarded() || holder.guard_pid() != ::getppid()) return 1;
    const World world = holder.take_world();
    return world.managers_before == 0 && world.descriptors.empty() && !world.previous_end ? 42 : 2;
  });
  REQUIRE(stage.end() == 42);
  REQUIRE(stage.said().empty());
}

TEST_CASE("a manager that dies is started again, and finds what was held") {
  constexpr int kCount = 1'000;
  Stage stage;
  stage.begin([&](Holder& holder) {
    World world = holder.take_world();
    (void)holder.confirm(0);
    if (world.managers_before == 0) {
      for (int i = 0; i < kCount; ++i) {
        auto pipe = sup::sys::make_pipe();
        const std::string number = std::to_string(i);
        if (!pipe || ::write(pipe->write_end.get(), number.data(), number.size()) < 0) return 1;
        if (!holder.hold("out:" + number, pipe->read_end.get())) return 2;
      }
      holder.drop("out:7");
      if (!holder.flush()) return 3;
      die();
    }
    if (world.previous_end != sup::ExitStatus{.code = 0, .signal = SIGKILL}) return 4;
    if (world.descriptors.size() != kCount - 1) return 5;
    for (const NamedFd& held : world.descriptors) {
      char text[16];
      const ssize_t got = ::read(held.fd.get(), text, sizeof text);
      if (got <= 0 || held.name != "out:" + std::string(text, static_cast<std::size_t>(got))) return 6;
      if (::fcntl(held.fd.get(), F_GETFD) != FD_CLOEXEC) return 7;
    }
    return 0;
  });
  REQUIRE(stage.end() == 0);
  REQUIRE(stage.said().ends_with(") was killed by KILL; starting it again\n"));
}
