// `ctl attach`: at the terminal of a service, with ours in raw mode.
//
// What is printed comes through a socket that supervisord fills and never waits for; what is typed goes into the
// master of the service's terminal, which comes with the first byte.
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <optional>

#include "ctl/detach_keys.hpp"
#include "ctl/successor.hpp"
#include "ctl/verbs.hpp"
#include "sys/clock.hpp"
#include "sys/signals.hpp"
#include "sys/socket.hpp"
#include "sys/terminal.hpp"

namespace sup::ctl {
namespace {

using wire::AttachReply;

constexpr std::size_t kChunk = 16 * 1024;
// After the end of the input: when the answer to it is over, and how long it may take.
constexpr Duration kQuiet = std::chrono::seconds{1};
constexpr Duration kAnswer = std::chrono::seconds{10};
// After the end of the service: for its last words, which are on their way.
constexpr Duration kLastWords = std::chrono::seconds{2};

enum class End : unsigned char { replied, detached, unread, late };

struct Arrived {
  int ending = 0;  // A signal that ends us.
  bool has_resized = false;
};

Arrived take_signals(const UniqueFd& signals) {
  Arrived arrived;
  std::array<sys::SignalRecord, 4> records;
  const auto count = sys::read_signals(signals, records);
  for (const sys::SignalRecord& record : std::span(records).first(count.value_or(0))) {
    if (record.signal.number == SIGWINCH)
      arrived.has_resized = true;
    else
      arrived.ending = record.signal.number;
  }
  return arrived;
}

// What one side has said and the other has not taken yet.
class Passage {
 public:
  explicit Passage(int to) : to_(to) {}

  [[nodiscard]] bool is_empty() const { return bytes_.empty(); }
  [[nodiscard]] std::string& bytes() { return bytes_; }
  // As much as goes now. False if nobody takes it any more.
  bool push() {
    // A write of no more than this does not wait where poll(2) has said that there is room.
    constexpr std::size_t kAtOnce = 512;
    pollfd waited{to_, POLLOUT, 0};
    while (!bytes_.empty() && ::poll(&waited, 1, 0) > 0) {
      const ssize_t put = ::write(to_, bytes_.data(), std::min(bytes_.size(), kAtOnce));
      if (put < 0) return errno == EAGAIN || errno == EINTR;
      bytes_.erase(0, static_cast<std::size_t>(put));
    }
    return true;
  }

 private:
  int to_;
  std::string bytes_;
};

// Where the two ends of the conversation are.
struct Ends {
  Client& client;
  UniqueFd view;
  UniqueFd terminal;  // Not open: there is nothing to type at.
  UniqueFd signals;
  Instant deadline;  // Of --timeout.
};

class Attachment {
 public:
  Attachment(Ends ends, std::string keys)
      : ends_(std::move(ends)),
        keys_(std::move(keys)),
        typed_(ends_.terminal.get()),
        printed_(STDOUT_FILENO),
        is_typing_(ends_.terminal.is_open()),
        is_on_terminal_(::isatty(STDIN_FILENO) == 1) {}

  // How it ended; or the number of a signal that ended it.
  std::expected<End, int> run() {
    while (true) {
      auto waited = wanted();
      const int found = ::poll(waited.data(), waited.size(), timeout_ms());
      if (found < 0 && errno != EINTR) return std::unexpected(SIGABRT);
      if (waited[0].revents != 0) read_view();
      if (waited[1].revents != 0 && read_input()) return End::detached;
      if (!printed_.push()) return End::unread;
      if (!typed_.push()) typed_.bytes().clear();  // It is hung up.
      if (waited[4].revents != 0)
        if (const int signal = read_signal(); signal != 0) return std::unexpected(signal);
      if (waited[5].revents != 0) return End::replied;
      const Instant now = sys::monotonic_now();
      if (now >= ends_.deadline) return End::late;
      if (now >= answer_end()) return End::detached;
    }
  }

  // What has been said before the end.
  void read_last_words() {
    const Instant give_up = sys::monotonic_now() + kLastWords;
    while (sys::monotonic_now() < give_up && (is_viewing_ || !printed_.is_empty())) {
      std::array<pollfd, 2> waited{{{is_viewing_ && printed_.is_empty() ? ends_.view.get() : -1, POLLIN, 0},
                                    {printed_.is_empty() ? -1 : STDOUT_FILENO, POLLOUT, 0}}};
      constexpr int kPatienceMs = 100;
      if (::poll(waited.data(), waited.size(), kPatienceMs) > 0 && waited[0].revents != 0) read_view();
      if (!printed_.push()) return;
    }
  }

  // Programs that draw do so again when the size changes, so it is made to change even if it is the same.
  void tell_window_size() const {
    const auto size = sys::window_size(STDIN_FILENO);
    if (!ends_.terminal.is_open() || !size) return;
    sys::set_window_size(ends_.terminal.get(), {static_cast<unsigned short>(size->rows + 1), size->columns});
    sys::set_window_size(ends_.terminal.get(), *size);
  }

 private:
  // Each side is read only when the other has taken what it said before.
  [[nodiscard]] std::array<pollfd, 6> wanted() const {
    return {{{is_viewing_ && printed_.is_empty() ? ends_.view.get() : -1, POLLIN, 0},
             {is_typing_ && typed_.is_empty() ? STDIN_FILENO : -1, POLLIN, 0},
             {printed_.is_empty() ? -1 : STDOUT_FILENO, POLLOUT, 0},
             {typed_.is_empty() ? -1 : ends_.terminal.get(), POLLOUT, 0},
             {ends_.signals.get(), POLLIN, 0},
             {ends_.client.fd(), POLLIN, 0}}};
  }

  // When we leave because the input is over.
  [[nodiscard]] Instant answer_end() const {
    const bool is_done = ends_.terminal.is_open() && !is_typing_ && typed_.is_empty() && printed_.is_empty();
    return is_done ? std::min(last_output_ + kQuiet, input_end_ + kAnswer) : Instant::max();
  }

  [[nodiscard]] int timeout_ms() const {
    const Instant end = std::min(answer_end(), ends_.deadline);
    if (end == Instant::max()) return -1;
    const Duration left = std::clamp<Duration>(end - sys::monotonic_now(), Duration::zero(), std::chrono::hours{1});
    return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(left).count());
  }

  void read_view() {
    std::array<char, kChunk> buffer;
    const auto got = sys::receive(ends_.view, buffer);
    if (!got || got->state == sys::IoState::closed) is_viewing_ = false;
    if (!got || got->state != sys::IoState::ok) return;
    printed_.bytes().append(buffer.data(), got->bytes);
    last_output_ = sys::monotonic_now();
  }

  // Whether the detach keys were typed.
  bool read_input() {
    std::array<char, 1024> buffer;
    const ssize_t got = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    if (got <= 0) {
      is_typing_ = false;
      last_output_ = input_end_ = sys::monotonic_now();
      return is_on_terminal_;  // It is gone.
    }
    const std::string_view typed(buffer.data(), static_cast<std::size_t>(got));
    if (is_on_terminal_) return keys_.feed(typed, typed_.bytes());
    typed_.bytes() += typed;
    return false;
  }

  // The signal, if it ends us.
  int read_signal() {
    const Arrived arrived = take_signals(ends_.signals);
    const auto size = arrived.has_resized ? sys::window_size(STDIN_FILENO) : std::nullopt;
    if (ends_.terminal.is_open() && size) sys::set_window_size(ends_.terminal.get(), *size);
    return arrived.ending;
  }

  Ends ends_;
  DetachFilter keys_;
  Passage typed_;
  Passage printed_;
  bool is_viewing_ = true;
  bool is_typing_;
  bool is_on_terminal_;
  Instant last_output_;
  Instant input_end_;
};

// The terminal that comes with the greeting, or none; or the error that was answered instead.
OrFailure<UniqueFd> receive_greeting(Context& context, Client& client, const UniqueFd& view, const UniqueFd& signals) {
  std::array<pollfd, 3> waited{{{view.get(), POLLIN, 0}, {client.fd(), POLLIN, 0}, {signals.get(), POLLIN, 0}}};
  do {
    if (waited[2].revents != 0 && take_signals(signals).ending != 0) return failure(ExitCode::failed, "interrupted");
    (void)::poll(waited.data(), waited.size(), -1);
  } while (waited[0].revents == 0 && waited[1].revents == 0);
  std::array<char, 1> zero{};
  std::vector<UniqueFd> fds;
  const auto got = sys::receive_with_fds(view, zero, fds);
  if (got && got->state == sys::IoState::ok) return fds.empty() ? UniqueFd() : std::move(fds.front());
  const auto refused = client.next<AttachReply>();
  if (!refused) return std::unexpected(refused.error());
  return failure(ExitCode::failed, fmt::format("{} has ended", context.call.arguments.text("name")));
}

int conclude(Context& context, Client& client) {
  client.set_deadline(sys::monotonic_now() + kAnswerTimeout);
  const auto reply = client.next<AttachReply>();
  if (!reply && reply.error().is_lost) return report(context, fate_unknown(context, client, reply.error()));
  if (!reply) return report(context, reply.error());
  const AttachReply& end = reply->message;
  if (end.exit_signal) {
    note(context, fmt::format("ctl: {} has ended (signal {})", end.service,
                              signal_name(Signal{static_cast<int>(*end.exit_signal)})));
    return 128 + static_cast<int>(*end.exit_signal);
  }
  note(context, fmt::format("ctl: {} has ended (exit {})", end.service, end.exit_code.value_or(0)));
  return static_cast<int>(end.exit_code.value_or(0));
}

void say_hello(Context& context, const Ends& ends) {
  const std::string_view name = context.call.arguments.text("name");
  const bool wants_input = context.call.arguments.flag("input");
  if (!ends.terminal.is_open() && wants_input)
    return note(context,
                fmt::format("ctl: {} has no terminal (tty = true gives it one): you see its output, and cannot "
                            "type; ctrl-c leaves",
                            name));
  if (::isatty(STDIN_FILENO) != 1) return;
  const std::string_view keys = context.call.arguments.text("detach_keys");
  note(context, wants_input ? fmt::format("ctl: attached to {}; {} leaves", name, keys)
                            : fmt::format("ctl: looking at {}; ctrl-c leaves", name));
}

// With our terminal in raw mode if the service can be typed at.
int attach(Context& context, Ends ends, std::string keys) {
  Client& client = ends.client;
  say_hello(context, ends);
  const bool has_terminal = ends.terminal.is_open();
  Attachment attachment(std::move(ends), std::move(keys));
  std::expected<End, int> end;
  {
    const auto raw =
        has_terminal && ::isatty(STDIN_FILENO) == 1 ? std::optional(sys::RawMode::enter(STDIN_FILENO)) : std::nullopt;
    attachment.tell_window_size();
    end = attachment.run();
    if (end == End::replied) attachment.read_last_words();
  }
  if (has_terminal && ::isatty(STDOUT_FILENO) == 1) context.out.write("\n");
  (void)context.out.flush();
  if (!end) return 128 + end.error();
  if (end == End::replied) return conclude(context, client);
  if (end == End::late) return report(context, {ExitCode::timed_out, "timed out"});
  if (::isatty(STDIN_FILENO) == 1)
    note(context, fmt::format("ctl: detached from {}", context.call.arguments.text("name")));
  return code_of(ExitCode::done);
}

}  // namespace

int run_attach(Context& context) {
  constexpr std::array kSignals = {Signal{SIGTERM}, Signal{SIGHUP}, Signal{SIGINT}, Signal{SIGQUIT}, Signal{SIGWINCH}};
  auto keys = parse_detach_keys(context.call.arguments.text("detach_keys"));
  if (!keys)
    return report(
        context, {ExitCode::usage, fmt::format("--detach-keys '{}': no keys with commas between them, such as ctrl-a,d",
                                               context.call.arguments.text("detach_keys"))});
  auto client = connect(context, Patience::endless);
  if (!client) return report(context, client.error());
  sys::block_all_signals();
  auto signals = sys::make_signalfd(kSignals);
  auto sockets = sys::make_socket_pair();
  if (!signals || !sockets)
    return report(context, {ExitCode::failed, signals ? sockets.error().what : signals.error().what});
  const std::array fds = {sockets->theirs.get()};
  if (const auto sent = client->call_with_fds(*context.call.row, context.call.arguments, fds); !sent)
    return report(context, sent.error());
  sockets->theirs.reset();
  auto terminal = receive_greeting(context, *client, sockets->ours, *signals);
  if (!terminal && terminal.error().is_lost) return report(context, fate_unknown(context, *client, terminal.error()));
  if (!terminal) return report(context, terminal.error());
  client->trust();
  return attach(context,
                {*client, std::move(sockets->ours), std::move(*terminal), std::move(*signals),
                 context.deadline().value_or(Instant::max())},
                std::move(*keys));
}

}  // namespace sup::ctl
