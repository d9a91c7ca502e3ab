// A guard with managers that a test writes: processes that are forked, killed, and started again. And what they do
// there.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <initializer_list>
#include <string>
#include <vector>

#include "guard/guard.hpp"
#include "guard/holder.hpp"
#include "sys/signals.hpp"
#include "sys/support.hpp"

namespace test {

using namespace sup::guard;
using sup::Duration;
using sup::UniqueFd;

inline constexpr Pace kAtOnce{.first = Duration{0}, .most = Duration{0}, .killed = Duration{0}};

// What the test and all managers see. A number that a manager finds wrong is returned as its exit code.
struct Shared {
  std::atomic<int> steps[16];
  std::atomic<pid_t> pids[8];
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
  void begin(const std::function<int(Holder&)>& manager, const Pace& pace = kAtOnce, rlim_t files = 0) {
    guard_ = ::fork();
    REQUIRE(guard_ >= 0);
    if (guard_ != 0) return;
    sup::sys::block_all_signals();
    const int said = ::open((dir_ / "said").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    ::dup2(said, STDERR_FILENO);
    ::close(said);
    const rlimit few{files, files};
    if (files > 0) ::setrlimit(RLIMIT_NOFILE, &few);
    start(nullptr, pace);
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

[[noreturn]] inline void die() {
  ::kill(::getpid(), SIGKILL);
  for (;;) ::pause();
}

inline bool wait_for(int fd) {
  constexpr int kPatience = 20'000;
  pollfd one{fd, POLLIN, 0};
  return ::poll(&one, 1, kPatience) == 1;
}

inline UniqueFd signal_fd(std::initializer_list<int> numbers) {
  std::vector<sup::Signal> signals;
  for (const int number : numbers) signals.push_back({number});
  auto fd = sup::sys::make_signalfd(signals);
  return fd ? std::move(*fd) : UniqueFd();
}

// Processes that nobody but the guard is the parent of. Returns when they are begun.
inline void leave_orphans(int count, const std::function<void(int)>& body) {
  const pid_t between = ::fork();
  if (between == 0) {
    for (int i = 0; i < count; ++i)
      if (::fork() == 0) body(i);
    ::_exit(0);
  }
  ::waitpid(between, nullptr, 0);
}

// At least so many, or what there is when nothing has come for long.
inline std::vector<Exit> await_exits(Holder& holder, std::size_t count) {
  std::vector<Exit> out;
  while (out.size() < count && wait_for(holder.fd()))
    for (const Exit& exit : holder.read_news().exits) out.push_back(exit);
  out.resize(std::max<std::size_t>(out.size(), 1));
  return out;
}

inline std::size_t fds_of(pid_t pid) {
  std::error_code error;
  std::size_t count = 0;
  for (std::filesystem::directory_iterator at("/proc/" + std::to_string(pid) + "/fd", error), end; at != end; ++at)
    ++count;
  return count;
}

// Of the guard, when it has begun to wait.
inline std::size_t fds_of_guard(Holder& holder) {
  leave_orphans(1, [](int) { ::_exit(0); });
  (void)await_exits(holder, 1);
  return fds_of(holder.guard_pid());
}

// What nobody shares with it: KiB.
inline int own_pages_of(pid_t pid) {
  std::ifstream rollup("/proc/" + std::to_string(pid) + "/smaps_rollup");
  int sum = 0;
  for (std::string line; std::getline(rollup, line);)
    if (line.starts_with("Private_")) sum += std::stoi(line.substr(line.find(':') + 1));
  return sum;
}

// A message with copies of stdin.
inline bool send_raw(int socket, const std::string& bytes, std::size_t fds) {
  iovec place{const_cast<char*>(bytes.data()), bytes.size()};
  msghdr message{};
  message.msg_iov = &place;
  message.msg_iovlen = 1;
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * 8)] = {};
  message.msg_control = control;
  message.msg_controllen = CMSG_SPACE(sizeof(int) * fds);
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int) * fds);
  return ::sendmsg(socket, &message, MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

}  // namespace test
