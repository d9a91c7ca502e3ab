#include "init/loop.hpp"

#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <optional>
#include <utility>

#include "init/child.hpp"
#include "init/others.hpp"
#include "init/terminal.hpp"
#include "sys/clock.hpp"
#include "sys/process.hpp"
#include "sys/signal_wait.hpp"
#include "sys/signals.hpp"

namespace sup::init {
namespace {

// How long we wait for who was killed: in the kernel (a dead disk) nobody dies, and the kernel ends what a PID 1
// leaves.
constexpr Duration kKillPatience = std::chrono::seconds(2);

constexpr bool asks_to_end(int number) noexcept {
  return number == SIGTERM || number == SIGINT || number == SIGQUIT || number == SIGHUP;
}
constexpr bool stops(int number) noexcept { return number == SIGTSTP || number == SIGTTIN || number == SIGTTOU; }
// What a terminal sends to everybody in its foreground.
constexpr bool is_of_terminal(int number) noexcept {
  return number == SIGINT || number == SIGQUIT || number == SIGTSTP || number == SIGWINCH;
}

class Loop {
 public:
  explicit Loop(const Plan& plan) noexcept : plan_(plan) {}
  // The exit code if there is nothing to wait for.
  std::optional<int> start();
  int wait();

 private:
  void say(Note note, const Facts& facts = {}) const noexcept { tell(*plan_.manner, plan_.verbosity, note, facts); }
  [[nodiscard]] const char* command() const noexcept { return plan_.command != nullptr ? plan_.command[0] : ""; }

  bool become_reaper();
  void detach();
  bool spawn();

  void take(const sys::AwaitedSignal& arrived);
  void stop_along(const sys::AwaitedSignal& arrived);
  void forward(int number, bool has_it_already);
  void send(int number);
  [[nodiscard]] bool has_it_already(const sys::AwaitedSignal& arrived);

  void reap();
  void take_end(const siginfo_t& end);
  void end_command(int code);
  int look_at_command();
  void follow_stop();
  void give_terminal();

  [[nodiscard]] bool waits() const noexcept { return plan_.waits_for_all || plan_.grace; }
  void end_others();
  void press_others();
  [[nodiscard]] bool is_over() const noexcept;
  int leave();

  const Plan& plan_;
  pid_t main_ = 0;
  sys::SignalSet ignored_once_;
  bool is_stopped_ = false;    // The command, as far as we have seen.
  bool is_continued_ = false;  // By us: the kernel will tell us of it, too.
  bool has_gone_on_ = false;   // By somebody else.
  bool awaits_stop_ = false;   // It will be stopped by the terminal, and we with it.
  std::optional<int> code_;    // Once the command has ended.
  bool is_alone_ = false;      // There are no children any more.
  bool is_told_to_end_ = false;
  std::optional<Instant> deadline_;  // Of those who are left: for their end, then for that of the killed.
  bool has_killed_ = false;
};

// --- the start ---

bool Loop::become_reaper() {
  const auto done = sys::become_subreaper();
  if (done && plan_.wants_reaper) say(Note::became_reaper);
  if (done) return true;
  if (plan_.wants_reaper) {
    say(Note::cannot_reap, {.error = done.error().sys_errno});
    return false;
  }
  if (::getpid() != 1) say(Note::reaps_nothing);
  return true;
}

// The terminal can then go to the session of the command. Who leads a session takes it from everybody in it, and the
// kernel says HUP and CONT to the foreground, which is us.
void Loop::detach() {
  if (::ioctl(STDIN_FILENO, TIOCNOTTY) < 0) return say(Note::not_detached, {.error = errno});
  if (::getsid(0) != ::getpid()) return say(Note::detached);
  say(Note::detached_leader);
  ignored_once_.add(SIGHUP);
  ignored_once_.add(SIGCONT);
}

bool Loop::spawn() {
  const Origin origin{::getpid(), ::getpgrp()};
  main_ = ::fork();
  if (main_ < 0) {
    say(Note::cannot_fork, {.error = errno});
    return false;
  }
  if (main_ == 0) become_command(plan_, origin);
  say(Note::spawned, {.pid = main_, .command = command()});
  return true;
}

std::optional<int> Loop::start() {
  if (plan_.parent_death != 0 && ::prctl(PR_SET_PDEATHSIG, plan_.parent_death) != 0) {
    say(Note::cannot_tie);
    return plan_.internal_failure;
  }
  if (!become_reaper()) return plan_.internal_failure;
  if (plan_.placement == Placement::own_session) detach();
  if (plan_.command != nullptr && !spawn()) return plan_.internal_failure;
  // What is not ours to use must not be held by us: a mount by our directory, a pipe's reader by our end of it.
  (void)!::chdir("/");
  constexpr unsigned kFirst = 3;
  (void)::syscall(SYS_close_range, kFirst, ~0U, 0U);
  return std::nullopt;
}

// --- signals ---

void Loop::take(const sys::AwaitedSignal& arrived) {
  const int number = arrived.signal.number;
  say(Note::arrived, {.signal = number});
  if (number == SIGCHLD) return say(Note::child_signal);
  if (ignored_once_.has(number)) {
    ignored_once_.bits &= ~(std::uint64_t{1} << (number - 1));
    return say(Note::handed_off, {.signal = number});
  }
  if (asks_to_end(number)) is_told_to_end_ = true;
  if (plan_.command == nullptr && (number == SIGTERM || number == SIGINT)) code_ = 0;
  if (number == SIGCONT) give_terminal();
  forward(number, has_it_already(arrived));
  if (plan_.stops_along && stops(number)) stop_along(arrived);
}

// What a terminal wants stopped is stopped only if somebody could continue it; a signal that somebody has sent is
// obeyed. In our own group the command is stopped by the terminal, too, and the shell hears of us only then: before, it
// would still read what is typed for the shell.
void Loop::stop_along(const sys::AwaitedSignal& arrived) {
  if (arrived.is_kernel && plan_.placement == Placement::our_group && !is_stopped_) {
    awaits_stop_ = true;
    return;
  }
  say(Note::suspending);
  if (!arrived.is_kernel)
    (void)::kill(::getpid(), SIGSTOP);
  else if (!suspend(Stops::us) && plan_.placement == Placement::own_session)
    (void)::kill(-main_, SIGCONT);
}

// The command shares our group, and who has told us (the terminal; a shell that continues a job) has told all of that.
// Or it is our own: PIPE, when nobody reads what we say.
bool Loop::has_it_already(const sys::AwaitedSignal& arrived) {
  if (arrived.sender_pid == ::getpid()) return true;
  if (plan_.placement != Placement::our_group || main_ == 0 || code_) return false;
  const int number = arrived.signal.number;
  if (number == SIGCONT) {
    (void)look_at_command();
    return std::exchange(has_gone_on_, false);
  }
  return arrived.is_kernel && is_of_terminal(number) && ::getpgid(main_) == ::getpgrp();
}

void Loop::forward(int number, bool has_it_already) {
  const int to = plan_.rewrites[number];
  if (to != number) say(Note::rewritten, {.signal = number, .other = to});
  if (to == 0 || has_it_already) return say(Note::dropped, {.signal = to});
  say(Note::passing, {.pid = main_, .signal = to});
  send(to);
  say(Note::forwarded, {.pid = main_, .signal = to});
}

void Loop::send(int number) {
  if (code_) {
    if (waits()) signal_others(number, plan_.placement == Placement::our_group ? 0 : main_);
    if (plan_.terminates_rest && plan_.target == Target::group) (void)::kill(-main_, number);
    return;
  }
  if (plan_.command == nullptr) return;
  if (number == SIGCONT && is_stopped_) is_continued_ = true;
  // Ctrl-Z has stopped the whole group, so all of it goes on.
  const bool continues_job = number == SIGCONT && plan_.placement == Placement::own_group;
  const pid_t target = plan_.target == Target::group || continues_job ? -main_ : main_;
  if (::kill(target, number) == 0) return;
  if (errno == ESRCH && target < 0 && ::kill(main_, number) == 0) return;  // It has not made its group yet.
  const Note note = errno == ESRCH ? Note::gone : Note::not_forwarded;
  say(note, {.pid = target, .signal = number, .error = errno});
}

// --- ends ---

void Loop::reap() {
  while (!(code_ && plan_.leaves_at_once)) {
    siginfo_t end{};
    if (::waitid(P_ALL, 0, &end, WEXITED | WNOHANG) < 0) {
      if (errno == EINTR) continue;
      is_alone_ = true;
      return say(Note::none_left);
    }
    if (end.si_pid == 0) return say(Note::none_ended);
    take_end(end);
  }
}

void Loop::take_end(const siginfo_t& end) {
  const bool has_exited = end.si_code == CLD_EXITED;
  const bool is_main = end.si_pid == main_;
  const Facts facts{.pid = end.si_pid, .signal = end.si_status, .other = end.si_status, .command = command()};
  say(Note::reaped, facts);
  say(has_exited ? Note::exited : Note::killed, facts);
  if (is_main) {
    say(has_exited ? Note::main_exited : Note::main_killed, facts);
    return end_command(has_exited ? end.si_status : 128 + end.si_status);
  }
  say(has_exited ? Note::other_exited : Note::other_killed, facts);
  if (plan_.tells_reaped) say(Note::other_reaped, facts);
}

void Loop::end_command(int code) {
  const auto byte = static_cast<std::size_t>(code & 0xff);
  code_ = plan_.excused.test(byte) ? 0 : static_cast<int>(byte);
  if (plan_.terminates_rest) forward(SIGTERM, false);
  if (plan_.grace && (is_told_to_end_ || !plan_.waits_for_all)) end_others();
}

// --- job control ---

// Notes whether it has been stopped or continued since. The signal that has stopped it; 0: none has.
int Loop::look_at_command() {
  siginfo_t seen{};
  if (::waitid(P_PID, static_cast<id_t>(main_), &seen, WSTOPPED | WCONTINUED | WNOHANG) < 0 || seen.si_pid == 0)
    return 0;
  is_stopped_ = seen.si_code == CLD_STOPPED;
  has_gone_on_ = !is_stopped_ && !is_continued_;
  is_continued_ = false;
  return is_stopped_ ? seen.si_status : 0;
}

// Under a shell the command has been stopped for the shell, which waits for us: so we stop, too. If nobody can continue
// us, what Ctrl-Z has stopped goes on at once.
void Loop::follow_stop() {
  if (main_ == 0 || code_) return;
  const int number = look_at_command();
  if (number == 0 || plan_.placement == Placement::own_session) return;
  if (plan_.stops_along && !std::exchange(awaits_stop_, false)) return;
  if (!ControllingTerminal().is_there()) return;
  say(Note::suspending);
  const bool has_group = plan_.placement == Placement::own_group;
  if (suspend(has_group ? Stops::our_group : Stops::us)) return;
  if (number == SIGTSTP) (void)::kill(has_group ? -main_ : main_, SIGCONT);
}

void Loop::give_terminal() {
  if (plan_.placement != Placement::own_group || main_ == 0) return;
  const ControllingTerminal terminal;
  if (terminal.is_there() && terminal.foreground() == ::getpgrp()) terminal.give_to(main_);
}

// --- who is left ---

void Loop::end_others() {
  say(Note::telling_others, {.signal = SIGTERM});
  signal_others(SIGTERM, plan_.placement == Placement::our_group ? 0 : main_);
  deadline_ = sys::monotonic_now() + *plan_.grace;
}

// Moves on what is left to its end. Who turns up after a KILL gets it, too.
void Loop::press_others() {
  if (!waits() || is_alone_) return;
  if (!deadline_ && plan_.grace && is_told_to_end_) deadline_ = sys::monotonic_now() + *plan_.grace;
  if (!deadline_ || (!has_killed_ && sys::monotonic_now() < *deadline_)) return;
  if (!has_killed_) {
    say(Note::killing_others);
    deadline_ = sys::monotonic_now() + kKillPatience;
  }
  has_killed_ = true;
  signal_others(SIGKILL, plan_.placement == Placement::our_group ? 0 : main_);
}

bool Loop::is_over() const noexcept {
  if (!code_) return false;
  if (!waits() || is_alone_ || plan_.command == nullptr) return true;
  return has_killed_ && sys::monotonic_now() >= *deadline_;
}

// The terminal goes back to who had it before the command, unless somebody has taken it meanwhile.
int Loop::leave() {
  if (plan_.placement == Placement::own_group && main_ != 0) {
    const ControllingTerminal terminal;
    if (terminal.foreground() == main_) terminal.give_to(::getpgrp());
  }
  say(Note::leaving, {.other = *code_});
  return *code_;
}

int Loop::wait() {
  while (!is_over()) {
    std::optional<Duration> patience;
    if (deadline_) patience = *deadline_ - sys::monotonic_now();
    if (const auto arrived = sys::wait_for_signal(patience)) take(*arrived);
    reap();
    follow_stop();
    if (code_) press_others();
  }
  return leave();
}

}  // namespace

int run(const Plan& plan) {
  Loop loop(plan);
  if (const auto code = loop.start()) return *code;
  return loop.wait();
}

}  // namespace sup::init
