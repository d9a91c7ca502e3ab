// `ctl exec`: a command beside a service, on our own input and output or on a terminal that we relay.
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <optional>

#include "ctl/successor.hpp"
#include "ctl/verbs.hpp"
#include "sys/signals.hpp"
#include "sys/terminal.hpp"

namespace sup::ctl {
namespace {

using wire::ExecReply;

int code_of_command(const ExecReply& reply) {
  if (reply.exit_signal) return 128 + static_cast<int>(*reply.exit_signal);
  return static_cast<int>(reply.exit_code.value_or(0));
}

int conclude(Context& context, Client& client) {
  const auto reply = client.next<ExecReply>();
  if (!reply && reply.error().is_lost) return report(context, fate_unknown(context, client, reply.error()));
  if (!reply) return report(context, reply.error());
  return code_of_command(reply->message);
}

// As much as is there now. False: nobody writes any more.
bool copy(int from, int to) {
  std::array<char, 16384> buffer;
  const ssize_t got = ::read(from, buffer.data(), buffer.size());
  if (got < 0) return errno == EAGAIN || errno == EINTR;
  if (got == 0) return false;
  for (ssize_t done = 0; done < got;) {
    const ssize_t put = ::write(to, buffer.data() + done, static_cast<std::size_t>(got - done));
    if (put >= 0) {
      done += put;
      continue;
    }
    pollfd writable{to, POLLOUT, 0};
    if (errno != EAGAIN && errno != EINTR) return false;
    (void)::poll(&writable, 1, -1);
  }
  return true;
}

// What is typed goes to the command, what it prints comes here, until it has ended.
class Relay {
 public:
  Relay(Context& context, Client& client, sys::Pty pty, UniqueFd signals)
      : context_(context), client_(client), pty_(std::move(pty)), signals_(std::move(signals)) {}

  // The exit code.
  int run() {
    pty_.slave.reset();
    std::optional<int> end;
    {
      const auto raw = sys::RawMode::enter(STDIN_FILENO);
      end = relay();
    }
    return end ? *end : conclude(context_, client_);
  }

 private:
  // Until the command has ended; or the exit code, if we have to end before it.
  std::optional<int> relay() {
    while (true) {
      std::array<pollfd, 4> waited{{{client_.fd(), POLLIN, 0},
                                    {is_printing_ ? pty_.master.get() : -1, POLLIN, 0},
                                    {is_typing_ ? STDIN_FILENO : -1, POLLIN, 0},
                                    {signals_.get(), POLLIN, 0}}};
      if (::poll(waited.data(), waited.size(), -1) < 0 && errno != EINTR) return code_of(ExitCode::failed);
      if (waited[2].revents != 0) is_typing_ = copy(STDIN_FILENO, pty_.master.get());
      if (waited[1].revents != 0) is_printing_ = copy(pty_.master.get(), STDOUT_FILENO);
      if (waited[3].revents != 0)
        if (const auto end = on_signal()) return *end;
      if (waited[0].revents != 0) break;
    }
    while (is_printing_ && is_readable(pty_.master.get())) is_printing_ = copy(pty_.master.get(), STDOUT_FILENO);
    return std::nullopt;
  }

  static bool is_readable(int fd) {
    pollfd waited{fd, POLLIN, 0};
    return ::poll(&waited, 1, 0) > 0 && (waited.revents & POLLIN) != 0;
  }

  // The exit code, if the signal ends us; supervisord then ends the command.
  std::optional<int> on_signal() {
    std::array<sys::SignalRecord, 4> records;
    const auto count = sys::read_signals(signals_, records);
    for (const sys::SignalRecord& record : std::span(records).first(count.value_or(0))) {
      if (record.signal.number != SIGWINCH) return 128 + record.signal.number;
      sys::copy_window_size(STDIN_FILENO, pty_.master.get());
    }
    return std::nullopt;
  }

  Context& context_;
  Client& client_;
  sys::Pty pty_;
  UniqueFd signals_;
  bool is_typing_ = true;
  bool is_printing_ = true;
};

int exec_on_terminal(Context& context, Client& client) {
  constexpr std::array kSignals = {Signal{SIGWINCH}, Signal{SIGTERM}, Signal{SIGHUP}, Signal{SIGINT}};
  sys::block_all_signals();
  auto signals = sys::make_signalfd(kSignals);
  auto pty = sys::open_pty();
  if (!signals || !pty) return report(context, {ExitCode::failed, signals ? pty.error().what : signals.error().what});
  sys::copy_window_size(STDIN_FILENO, pty->master.get());
  const int slave = pty->slave.get();
  const std::array<int, 3> fds = {slave, slave, slave};
  if (const auto sent = client.call_with_fds(*context.call.row, context.call.arguments, fds); !sent)
    return report(context, sent.error());
  return Relay(context, client, std::move(*pty), std::move(*signals)).run();
}

}  // namespace

int run_exec(Context& context) {
  auto client = connect(context, Patience::endless);
  if (!client) return report(context, client.error());
  const bool is_on_terminal = ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1;
  if (context.call.arguments.flag("tty") && is_on_terminal) return exec_on_terminal(context, *client);
  wire::Arguments arguments = context.call.arguments;
  arguments.set("tty", false);
  constexpr std::array kFds = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO};
  if (const auto sent = client->call_with_fds(*context.call.row, arguments, kFds); !sent)
    return report(context, sent.error());
  return conclude(context, *client);
}

}  // namespace sup::ctl
