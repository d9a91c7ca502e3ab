#include "init/loop.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <optional>

#include "init/job.hpp"
#include "init/others.hpp"
#include "init/start.hpp"
#include "sys/signal_wait.hpp"

namespace sup::init {
namespace {

constexpr bool asks_to_end(int number) noexcept {
  return number == SIGTERM || number == SIGINT || number == SIGQUIT || number == SIGHUP;
}
constexpr bool asks_to_stop(int number) noexcept { return number == SIGTSTP || number == SIGTTIN || number == SIGTTOU; }

class Loop {
 public:
  Loop(const Plan& plan, const Started& started) noexcept
      : plan_(plan),
        main_(started.command),
        ignored_once_(started.ignored_once),
        job_(plan, started.command),
        others_(plan, started.command) {}
  int wait();

 private:
  void take(const sys::AwaitedSignal& arrived);
  void forward(int number, bool is_known);
  void send(int number);
  void reap();
  void take_end(const siginfo_t& end);
  void end_command(int code);
  [[nodiscard]] bool is_over() const noexcept;

  const Plan& plan_;
  pid_t main_;
  sys::SignalSet ignored_once_;
  Job job_;
  Others others_;
  std::optional<int> code_;  // Once the command has ended.
  bool is_alone_ = false;    // There are no children any more.
  bool is_told_to_end_ = false;
};

void Loop::take(const sys::AwaitedSignal& arrived) {
  const int number = arrived.signal.number;
  say(plan_, Note::arrived, {.signal = number});
  if (number == SIGCHLD) return say(plan_, Note::child_signal);
  if (ignored_once_.has(number)) {
    ignored_once_.bits &= ~(std::uint64_t{1} << (number - 1));
    return say(plan_, Note::handed_off, {.signal = number});
  }
  if (asks_to_end(number)) is_told_to_end_ = true;
  if (plan_.command == nullptr && (number == SIGTERM || number == SIGINT)) code_ = 0;
  // PIPE is our own when nobody reads what we say.
  const bool is_own = arrived.sender_pid == ::getpid();
  const bool is_known = is_own || (!code_ && job_.has_too(arrived));
  if (number == SIGCONT && !is_known) job_.prepare_to_continue();
  forward(number, is_known);
  if (plan_.stops_along && asks_to_stop(number)) job_.stop_along(arrived);
}

void Loop::forward(int number, bool is_known) {
  const int to = plan_.rewrites[number];
  if (to != number) say(plan_, Note::rewritten, {.signal = number, .other = to});
  if (to == 0 || is_known) return say(plan_, Note::dropped, {.signal = to});
  say(plan_, Note::passing, {.pid = main_, .signal = to, .command = plan_.command_name()});
  send(to);
  say(plan_, Note::forwarded, {.pid = main_, .signal = to});
}

void Loop::send(int number) {
  if (code_) {
    if (others_.is_waited_for()) others_.signal(number);
    if (plan_.terminates_rest && plan_.target == Target::group) (void)::kill(-main_, number);
    return;
  }
  if (plan_.command == nullptr) return;
  // Ctrl-Z has stopped the whole group, so all of it goes on.
  const bool continues_job = number == SIGCONT && plan_.placement == Placement::own_group;
  const pid_t target = plan_.target == Target::group || continues_job ? -main_ : main_;
  if (::kill(target, number) == 0) return;
  if (errno == ESRCH && target < 0 && ::kill(main_, number) == 0) return;  // It has not made its group yet.
  const Note note = errno == ESRCH ? Note::gone : Note::not_forwarded;
  say(plan_, note, {.pid = target, .signal = number, .error = errno});
}

void Loop::reap() {
  while (!(code_ && plan_.leaves_at_once)) {
    siginfo_t end{};
    if (::waitid(P_ALL, 0, &end, WEXITED | WNOHANG) < 0) {
      if (errno == EINTR) continue;
      is_alone_ = true;
      return say(plan_, Note::none_left);
    }
    if (end.si_pid == 0) return say(plan_, Note::none_ended);
    take_end(end);
  }
}

void Loop::take_end(const siginfo_t& end) {
  const bool has_exited = end.si_code == CLD_EXITED;
  const Facts facts{
      .pid = end.si_pid, .signal = end.si_status, .other = end.si_status, .command = plan_.command_name()};
  say(plan_, Note::reaped, facts);
  say(plan_, has_exited ? Note::exited : Note::killed, facts);
  if (end.si_pid == main_ && !code_) {
    say(plan_, has_exited ? Note::main_exited : Note::main_killed, facts);
    return end_command(has_exited ? end.si_status : 128 + end.si_status);
  }
  say(plan_, has_exited ? Note::other_exited : Note::other_killed, facts);
  if (plan_.tells_reaped) say(plan_, Note::other_reaped, facts);
}

void Loop::end_command(int code) {
  const auto byte = static_cast<std::size_t>(code & 0xff);
  code_ = plan_.excused.test(byte) ? 0 : static_cast<int>(byte);
  if (plan_.terminates_rest) forward(SIGTERM, false);
  others_.begin(is_told_to_end_);
}

bool Loop::is_over() const noexcept {
  if (!code_) return false;
  return !others_.is_waited_for() || is_alone_ || others_.are_given_up();
}

int Loop::wait() {
  while (!is_over()) {
    const auto arrived = sys::wait_for_signal(others_.patience());
    if (arrived) take(*arrived);
    if (!plan_.reaps_when_told || !arrived || arrived->signal.number == SIGCHLD) reap();
    if (!code_)
      job_.follow_stop();
    else if (!is_alone_)
      others_.press(is_told_to_end_);
  }
  job_.give_terminal_back();
  say(plan_, Note::leaving, {.other = *code_});
  return *code_;
}

}  // namespace

int run(const Plan& plan) {
  const Started started = start(plan);
  return started.exit_code ? *started.exit_code : Loop(plan, started).wait();
}

}  // namespace sup::init
