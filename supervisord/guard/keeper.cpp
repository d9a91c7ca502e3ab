#include "guard/keeper.hpp"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/power.hpp"
#include "guard/report.hpp"
#include "sys/clock.hpp"
#include "sys/memory.hpp"

namespace sup::guard {
namespace {

constexpr std::uint64_t kAllSignals = ~std::uint64_t{0};
// Those that a message brings, and our own; where only few may be open, no more than a part of them.
constexpr std::size_t kSpareFds = 96;
constexpr std::size_t kSparePart = 4;

Inheritance inherited;

// What ps, top and pgrep call a manager; the guard keeps the name of its program. The kernel keeps 15 bytes.
constexpr const char* kManagerName = "supervisord-mgr";
// The kernel panics when PID 1 of a machine ends.
[[noreturn]] void end(int code, const Asks& asks) noexcept {
  if (!pace.is_of_machine) ::_exit(code);
  ::sync();
  (void)::reboot(power_asked_by(asks.signal) == PowerAction::reboot ? RB_AUTOBOOT : RB_POWER_OFF);
  for (;;) (void)::poll(nullptr, 0, -1);
}

[[noreturn]] void leave(std::string_view what, int error_number) noexcept {
  report_failure(what, error_number);
  end(kNoManager, {});
}

// Those that libc has for its threads (nptl(7)). It unblocks them, so a manager, which is no PID 1, would die of one.
bool is_of_libc(int number) noexcept {
  constexpr int kFirstOfKernel = 32;
  return number >= kFirstOfKernel && number < SIGRTMIN;
}

bool is_ask(int number) noexcept {
  return asks_to_end(number) || (pace.is_of_machine && power_asked_by(number) != PowerAction::none);
}

// Soft to hard, so that much can be held. What that is.
std::size_t raise_files(Files& original) noexcept {
  rlimit now{};
  if (::getrlimit(RLIMIT_NOFILE, &now) < 0) leave("get the limit of open files", errno);
  original = {now.rlim_cur, now.rlim_max};
  rlimit raised{now.rlim_max, now.rlim_max};
  if (::setrlimit(RLIMIT_NOFILE, &raised) < 0) raised.rlim_cur = now.rlim_cur;
  return static_cast<std::size_t>(raised.rlim_cur);
}

}  // namespace

Pace pace;

const Inheritance& inheritance() noexcept { return inherited; }
bool is_of_machine() noexcept { return pace.is_of_machine; }

Duration pause_after(std::uint32_t deaths, const Pace& by) noexcept {
  if (deaths <= 1) return Duration{0};
  Duration pause = by.first;
  for (std::uint32_t i = 2; i < deaths && pause < by.most; ++i) pause *= 2;
  return pause < by.most ? pause : by.most;
}

bool Keeper::begin(char* const* arguments) noexcept {
  arguments_ = arguments;
  socket_ = -1;
  const std::size_t files = raise_files(state_.files);
  state_.shelf.limit(files - (files / kSparePart < kSpareFds ? files / kSparePart : kSpareFds));
  if (take_over()) inherited = {-1, ::getppid(), &state_};
  if (is_trial()) return true;
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0) leave("become sub-reaper", errno);
  constexpr int kOwn = SFD_CLOEXEC | SFD_NONBLOCK;
  signals_ = static_cast<int>(::syscall(SYS_signalfd4, -1, &kAllSignals, sizeof kAllSignals, kOwn));
  if (signals_ < 0) leave("make a signalfd", errno);
  start_at_ = sys::monotonic_now();
  return false;
}

int Keeper::wait_milliseconds() const noexcept {
  const bool is_leaving = state_.goodbye.has_value();
  if (manager_ > 0 && !is_leaving) return -1;
  const Duration left = (manager_ > 0 ? leave_at_ : start_at_) - sys::monotonic_now();
  return left <= Duration{0} ? 0 : static_cast<int>(left / std::chrono::milliseconds(1)) + 1;
}

bool Keeper::turn() noexcept {
  if (manager_ == 0 && sys::monotonic_now() >= start_at_ && start_manager()) return true;
  const auto wanted = static_cast<short>(is_choked_ ? POLLIN | POLLOUT : POLLIN);
  pollfd fds[] = {{signals_, POLLIN, 0}, {socket_, wanted, 0}};
  // Zombies whose signal is not ours to see any more: those of the program before this one, and those without room.
  const bool has_old_ends = !has_turned_ || state_.journal.is_full();
  (void)::poll(fds, 2, std::exchange(has_turned_, true) ? wait_milliseconds() : 0);
  if (fds[1].revents != 0) take_messages();
  if (fds[0].revents != 0) take_signals();
  if (fds[0].revents != 0 || has_old_ends) reap();  // After the signals: one of them says that somebody has ended.
  tell();
  if (manager_ > 0 && state_.goodbye && sys::monotonic_now() >= leave_at_) end(*state_.goodbye, state_.asks);
  return false;
}

// Managers.

bool Keeper::start_manager() noexcept {
  int ends[2] = {-1, -1};
  const bool has_socket = ::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0;
  const pid_t pid = has_socket ? ::fork() : -1;
  const int error_number = errno;
  if (pid == 0) {
    (void)::close(ends[0]);
    become_manager(ends[1]);
    return true;
  }
  if (has_socket) (void)::close(ends[1]);
  if (pid < 0) {
    if (has_socket) (void)::close(ends[0]);
    manager_not_made(error_number);
    return false;
  }
  (void)::setpgid(pid, pid);
  socket_ = ends[0];
  manager_ = pid;
  born_ = sys::monotonic_now();
  is_born_ending_ = state_.asks.count > 0;
  state_.is_up = false;
  state_.goodbye.reset();
  state_.is_replacing = false;
  (void)::close(std::exchange(state_.programs.next, -1));
  state_.journal.tell(state_.journal.untold());
  ++state_.managers;
  sys::release_clean_pages();  // What only the start has used, that of the program or of this manager.
  for (int number = 1; number < NSIG; ++number)
    if (state_.arrived[number].is_waiting) pass_on(number);
  return false;
}

// Who has asked for the end does not wait for ever: there may be no room because of what is to be ended.
void Keeper::manager_not_made(int error_number) noexcept {
  if (state_.managers == 0) leave("start the manager", error_number);
  report_failure("start the manager again", error_number);
  state_.is_up = false;
  is_born_ending_ = state_.asks.count > 0;
  if (is_born_ending_) end_if_hopeless({});
  start_at_ = sys::monotonic_now() + (is_born_ending_ ? pace.most / 2 : pace.most);
}

// It shall be what it would be without us, but for the socket.
void Keeper::become_manager(int socket) noexcept {
  (void)::setpgid(0, 0);
  (void)::close(signals_);
  (void)::prctl(PR_SET_NAME, kManagerName, 0, 0, 0);
  const rlimit original{state_.files.soft, state_.files.hard};
  (void)::setrlimit(RLIMIT_NOFILE, &original);
  inherited = {socket, ::getppid(), &state_};
}

void Keeper::reap() noexcept {
  siginfo_t end{};
  // Whose end cannot be kept stays a zombie, which keeps it for us.
  while (!state_.journal.is_full()) {
    end = {};
    if (::waitid(P_ALL, 0, &end, WEXITED | WNOHANG) < 0 || end.si_pid == 0) return;
    const Ended ended{end.si_pid, end.si_code, end.si_status};
    if (end.si_pid == manager_)
      manager_ended(ended);
    else
      state_.journal.add(ended);
  }
  // But a manager's always can.
  end = {};
  if (manager_ == 0 || ::waitid(P_PID, static_cast<id_t>(manager_), &end, WEXITED | WNOHANG) < 0) return;
  if (end.si_pid != 0) manager_ended({end.si_pid, end.si_code, end.si_status});
}

void Keeper::manager_ended(const Ended& ended) noexcept {
  while (take_message()) {
  }
  if (state_.goodbye) end(*state_.goodbye, state_.asks);
  hang_up();
  const Instant now = sys::monotonic_now();
  manager_ = 0;
  state_.previous = ended;
  if (state_.is_replacing && !state_.is_on_trial) go_on_as(state_.programs.next, state_.programs.own);
  go_back_if_bad(ended, now - born_);
  end_if_hopeless(ended);
  const Duration pause = state_.asks.count > 0 ? Duration{0} : pause_before_next(ended, now - born_);
  start_at_ = now + pause;
  report_death(ended, pause);
}

// Who was up and was killed by somebody (an administrator, the kernel for want of memory) has not failed by itself.
Duration Keeper::pause_before_next(const Ended& ended, Duration lived) noexcept {
  const bool was_killed = ended.how == CLD_KILLED && ended.status == SIGKILL;
  if (state_.is_up && was_killed) return lived < pace.killed ? pace.killed : Duration{0};
  deaths_ = lived >= pace.healthy ? 1 : deaths_ + 1;
  return pause_after(deaths_, pace);
}

// Does not return if no more is to be tried.
void Keeper::end_if_hopeless(const Ended& ended) noexcept {
  never_up_ = state_.is_up ? 0 : never_up_ + 1;
  if (is_born_ending_) ++deaths_ending_;
  never_up_ending_ = state_.is_up || !is_born_ending_ ? 0 : never_up_ending_ + 1;
  if (never_up_ending_ >= pace.hopeless_ending || deaths_ending_ >= pace.most_while_ending) {
    report_end(ended, "the end was asked for and no manager can do it: killing everything");
    kill_everybody();
    end(kNoManager, state_.asks);
  }
  if (::getpid() == 1 || never_up_ < pace.hopeless) return;
  report_end(ended, "giving up, since no manager comes up");
  ::_exit(kGivenUp);
}

// Signals.

void Keeper::take_signals() noexcept {
  // One by one: a change of program in between leaves the rest with the kernel.
  signalfd_siginfo told{};
  while (::read(signals_, &told, sizeof told) == sizeof told)
    take_signal(static_cast<int>(told.ssi_signo), static_cast<pid_t>(told.ssi_pid), told.ssi_uid);
}

void Keeper::take_signal(int number, pid_t sender, uid_t user) noexcept {
  // A PIPE of our own: nobody reads what we say.
  if (number == SIGCHLD || number >= NSIG || (number == SIGPIPE && sender == ::getpid())) return;
  if (is_of_libc(number)) return;
  const bool is_end = is_ask(number);
  if (is_end) state_.asks = {state_.asks.count + 1, number, sender};
  reap();                                                         // So that it does not go to one that is dead.
  if (is_end && manager_ == 0) start_at_ = sys::monotonic_now();  // The next one knows the ask from its birth.
  state_.arrived[number] = {!is_end, sender, user};
  if (manager_ > 0 && !state_.is_replacing) pass_on(number);
}

// By number: the manager is a child that we have not reaped, so its pid is its own. In the name of the sender, which
// the kernel lets us give with a queued signal.
void Keeper::pass_on(int number) noexcept {
  Arrived& arrived = state_.arrived[number];
  arrived.is_waiting = false;
  siginfo_t told{};
  told.si_signo = number;
  told.si_code = SI_QUEUE;
  told.si_pid = arrived.sender;
  told.si_uid = arrived.user;
  told.si_value.sival_int = is_ask(number) ? static_cast<int>(state_.asks.count) : 0;
  // EAGAIN: its queue is full of real-time signals.
  if (::syscall(SYS_rt_sigqueueinfo, manager_, number, &told) < 0) (void)::kill(manager_, number);
}

namespace {
constinit Keeper keeper;
}  // namespace

void start(char* const* arguments, const Pace& how) {
  pace = how;
  if (keeper.begin(arguments)) return;
  while (!keeper.turn()) {
  }
}

}  // namespace sup::guard
