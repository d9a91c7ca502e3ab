// The guard goes on as another program.
#include <fcntl.h>
#include <poll.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "guard/handover.hpp"
#include "guard/keeper.hpp"
#include "guard/report.hpp"
#include "sys/clock.hpp"
#include "sys/line.hpp"

namespace sup::guard {
namespace {

constexpr std::string_view kTrial = "trial:";

int open_own_program() noexcept {
  const int fd = ::open("/proc/self/exe", O_PATH | O_CLOEXEC);
  if (fd >= 0) return fd;
  return ::open(reinterpret_cast<const char*>(::getauxval(AT_EXECFN)), O_PATH | O_CLOEXEC);
}

// Ours and one more, as execve(2) wants it; nullptr: there is no memory. Nobody frees it.
char** environment_with(char* setting) noexcept {
  std::size_t count = 0;
  while (environ[count] != nullptr) ++count;
  void* const memory =
      ::mmap(nullptr, (count + 2) * sizeof(char*), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  auto* const out = static_cast<char**>(memory);
  std::memcpy(out, environ, count * sizeof(char*));
  out[count] = setting;
  return out;
}

// A trial has all that is held, the lock too: with a guard that was killed it has to end, or nobody could begin anew.
void end_with(pid_t parent) noexcept {
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 || ::getppid() != parent) ::_exit(kNoManager);
}

}  // namespace

bool is_trial() noexcept { return inheritance().socket < 0 && inheritance().guard > 0; }

// A program and where it is to speak.
void State::propose(std::span<const int> fds, Close close) noexcept {
  if (programs.next >= 0) close(programs.next);
  if (programs.said >= 0) close(programs.said);
  programs.next = fds[0];
  programs.said = fds[1];
  is_on_trial = true;
  is_replacing = false;
}

// Goes on with what was handed over, if something was. True: that is a trial.
bool Keeper::take_over() noexcept {
  state_.programs = {-1, -1, -1, -1};
  const char* const setting = ::getenv(kHandoverVariable);
  std::string_view text(setting == nullptr ? "" : setting);
  const bool is_trial = text.starts_with(kTrial);
  if (is_trial) text.remove_prefix(kTrial.size());
  int fd = -1;
  (void)std::from_chars(text.data(), text.data() + text.size(), fd);
  const bool is_successor = fd > STDERR_FILENO && read_handover(fd, state_);
  if (is_successor) (void)::close(fd);
  if (setting != nullptr && !is_successor) report_failure("go on with what was handed over", EINVAL);
  (void)::unsetenv(kHandoverVariable);  // Nobody else is to take it for his.
  carry_descriptors(state_, false);
  if (is_trial && !is_successor) ::_exit(kNoManager);
  if (is_trial) return true;
  if (state_.programs.own < 0) state_.programs.own = open_own_program();
  // Who was executed by a descriptor is called by its number else.
  if (is_successor) (void)::prctl(PR_SET_NAME, "supervisord");
  return false;
}

// In a process apart, which tells the manager and ends whoever was left behind: a guard that waited would not take what
// the manager gives to be held, and no service could be started meanwhile.
void Keeper::try_next() noexcept {
  state_.is_on_trial = false;
  const pid_t guard = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) tell_trial({0, CLD_EXITED, errno});
  if (pid == 0) {
    end_with(guard);
    (void)::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    const Ended ended = try_program(state_.programs.next, state_.programs.said);
    kill_everybody();
    tell_trial(ended);
    ::_exit(0);
  }
  (void)::close(std::exchange(state_.programs.said, -1));
}

void Keeper::tell_trial(const Ended& ended) noexcept {
  char bytes[1 + sizeof ended] = {static_cast<char>(Kind::tried)};
  std::memcpy(bytes + 1, &ended, sizeof ended);
  (void)::send(socket_, bytes, sizeof bytes, MSG_DONTWAIT | MSG_NOSIGNAL);
}

// How it has ended when it was asked whether it could go on. Nothing else is done meanwhile.
Ended Keeper::try_program(int program, int output) noexcept {
  const pid_t asker = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return {0, CLD_EXITED, errno};
  if (pid == 0) {
    end_with(asker);
    // What it says to nobody is not for who reads the services' output.
    (void)::dup2(output >= 0 ? output : STDERR_FILENO, STDOUT_FILENO);
    if (output >= 0) (void)::dup2(output, STDERR_FILENO);
    report_failure("execute it", execute(program, kTrial));
    ::_exit(kNoManager);
  }
  const Instant deadline = sys::monotonic_now() + pace.trial;
  siginfo_t end{};
  while (::waitid(P_PID, static_cast<id_t>(pid), &end, WEXITED | WNOHANG) == 0 && end.si_pid == 0) {
    constexpr int kMilliseconds = 5;
    (void)::poll(nullptr, 0, kMilliseconds);
    if (sys::monotonic_now() >= deadline) (void)::kill(pid, SIGKILL);
  }
  return {end.si_pid, end.si_code, end.si_status};
}

// Returns if that cannot be; then all is as it was.
void Keeper::go_on_as(int program, int former) noexcept {
  const Programs before = state_.programs;
  state_.programs = {program, former, -1, -1};
  const int error_number = execute(program, "");
  state_.programs = before;
  report_failure("execute the program that was asked for", error_number);
}

// A program may be bad although its trial was good.
void Keeper::go_back_if_bad(const Ended& ended, Duration lived) noexcept {
  const bool was_killed = ended.how == CLD_KILLED && ended.status == SIGKILL;
  if (state_.programs.former < 0 || was_killed) return;
  const bool is_bad = lived < pace.healthy && ++bad_ >= pace.bad_program;
  if (lived < pace.healthy && !is_bad) return;
  if (is_bad) report_end(ended, "going back to the program before this one");
  const Ended trial = is_bad ? try_program(state_.programs.former, -1) : Ended{};
  if (trial.how == CLD_EXITED && trial.status == 0) go_on_as(state_.programs.former, -1);
  (void)::close(std::exchange(state_.programs.former, -1));
}

// Only returns if that fails: the errno.
int Keeper::execute(int program, std::string_view how) noexcept {
  const int handover = write_handover(state_);
  if (handover < 0) return errno;
  sys::Line setting;
  setting.add(kHandoverVariable);
  setting.add("=");
  setting.add(how);
  setting.add(handover);
  setting.add(std::string_view("\0", 1));
  char** const environment = environment_with(const_cast<char*>(setting.text().data()));
  int error_number = ENOMEM;
  if (environment != nullptr) {
    carry_descriptors(state_, true);
    (void)::fcntl(handover, F_SETFD, 0);
    (void)::syscall(SYS_execveat, program, "", arguments_, environment, AT_EMPTY_PATH);
    error_number = errno;
    carry_descriptors(state_, false);
  }
  (void)::close(handover);
  return error_number;
}

}  // namespace sup::guard
