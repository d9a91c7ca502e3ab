#include "guard/holder.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/check.hpp"
#include "guard/guard.hpp"
#include "sys/clock.hpp"

namespace sup::guard {
namespace {

ExitStatus status_of(const Ended& ended) {
  ExitStatus out;
  (ended.how == CLD_EXITED ? out.code : out.signal) = ended.status;
  out.core_dumped = ended.how == CLD_DUMPED;
  return out;
}

void add_name(std::string& bytes, std::string_view name) {
  CHECK(!name.empty() && name.size() <= kNameBytes);
  bytes += static_cast<char>(name.size());
  bytes += name;
}

template <class Number>
std::string message(Kind kind, Number number) {
  std::string out(1 + sizeof number, static_cast<char>(kind));
  std::memcpy(out.data() + 1, &number, sizeof number);
  return out;
}

// What follows the number after the kind of a message.
template <class Number>
std::string_view read_number(std::string_view bytes, Number& out) {
  if (bytes.size() < 1 + sizeof out) return {};
  std::memcpy(&out, bytes.data() + 1, sizeof out);
  return bytes.substr(1 + sizeof out);
}

using Control = std::array<char, CMSG_SPACE(sizeof(int) * kMostFds)>;

void attach(msghdr& message, Control& control, std::span<const Holder::Named> fds) {
  message.msg_control = control.data();
  message.msg_controllen = CMSG_SPACE(sizeof(int) * fds.size());
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int) * fds.size());
  for (std::size_t i = 0; i < fds.size(); ++i)
    std::memcpy(CMSG_DATA(header) + i * sizeof(int), &fds[i].fd, sizeof(int));
}

bool is_hang_up(int error_number) {
  return error_number == EPIPE || error_number == ECONNRESET || error_number == ENOTCONN;
}

std::string reason_of(int error_number) {
  if (error_number == ENFILE) return "it holds as many descriptors as it can";
  if (error_number == EMFILE) return "it can open no more descriptors";
  return std::string(errno_text(error_number));
}

}  // namespace

pid_t supervisor_pid() noexcept {
  const Holder& holder = Holder::of_this_process();
  return holder.is_guarded() ? holder.guard_pid() : ::getpid();
}

bool is_init() noexcept { return ::getpid() == 1 || inheritance().guard == 1; }
bool is_init_of_container() noexcept { return is_init() && !is_of_machine(); }

PowerAction power_asked_before() noexcept {
  const State* state = inheritance().state;
  return state == nullptr ? PowerAction::none : power_asked_by(state->asks.signal);
}

Holder& Holder::of_this_process() {
  static Holder only(inheritance());
  return only;
}

World Holder::take_world() {
  World out;
  const State* state = std::exchange(state_, nullptr);
  if (state == nullptr) return out;
  for (std::size_t i = 0; i < state->shelf.size(); ++i)
    out.descriptors.push_back({std::string(state->shelf.name(i)), UniqueFd(state->shelf.fd(i))});
  std::ranges::sort(out.descriptors, {}, &NamedFd::name);
  for (std::size_t i = 0; i < state->journal.size(); ++i) {
    const Ended& ended = state->journal.at(i);
    out.exits.push_back({state->journal.first() + i, ended.pid, status_of(ended)});
  }
  out.asks = state->asks.count;
  out.last_ask = Signal{state->asks.signal};
  out.last_asker = state->asks.pid;
  out.managers_before = state->managers;
  if (state->managers > 0) out.previous_end = status_of(state->previous);
  return out;
}

Result<> Holder::send(std::string_view bytes, std::span<const Named> fds) {
  if (!is_guarded()) return {};
  iovec place{const_cast<char*>(bytes.data()), bytes.size()};  // NOLINT(cppcoreguidelines-pro-type-const-cast): it is
                                                               // only read.
  msghdr message{};
  message.msg_iov = &place;
  message.msg_iovlen = 1;
  alignas(cmsghdr) Control control{};
  if (!fds.empty()) attach(message, control, fds);
  const Instant deadline = sys::monotonic_now() + kSendPatience;
  while (::sendmsg(socket_.get(), &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
    if (is_hang_up(errno)) return {};  // It is told as news.
    // ETOOMANYREFS: descriptors under way count against a limit, and it takes them off.
    if (errno != EAGAIN && errno != EINTR && errno != ETOOMANYREFS) return fail_errno(errno, "cannot tell the guard");
    if (sys::monotonic_now() >= deadline) return fail(Errc::timeout, "cannot tell the guard: it does not read");
    (void)::poll(nullptr, 0, 1);
  }
  return {};
}

Result<> Holder::hold(std::string_view name, int fd) {
  const Named one{name, fd};
  return hold(std::span(&one, 1));
}

Result<> Holder::hold(std::span<const Named> several) {
  const std::lock_guard lock(mutex_);
  while (!several.empty()) {
    const auto part = several.first(std::min(several.size(), kMostFds));
    std::string bytes(1, static_cast<char>(Kind::put));
    for (const Named& named : part) {
      add_name(bytes, named.name);
      std::erase(dropped_, named.name);
    }
    TRY(send(bytes, part));
    several = several.subspan(part.size());
  }
  return {};
}

void Holder::drop(std::string_view name) {
  CHECK(!name.empty() && name.size() <= kNameBytes);
  const std::lock_guard lock(mutex_);
  if (is_guarded()) dropped_.emplace_back(name);
}

Result<> Holder::flush() {
  const std::lock_guard lock(mutex_);
  while (!dropped_.empty()) {
    const std::size_t count = std::min(dropped_.size(), kMostFds);
    std::string bytes(1, static_cast<char>(Kind::drop));
    for (const std::string& name : std::span(dropped_).last(count)) add_name(bytes, name);
    TRY(send(bytes));
    dropped_.resize(dropped_.size() - count);
  }
  return {};
}

void Holder::read_message(std::string_view bytes, News& out) const {
  std::uint64_t sequence = 0;
  int error_number = 0;
  if (bytes.starts_with(static_cast<char>(Kind::exits))) {
    std::string_view rest = read_number(bytes, sequence);
    for (Ended ended; rest.size() >= sizeof ended; rest.remove_prefix(sizeof ended)) {
      std::memcpy(&ended, rest.data(), sizeof ended);
      out.exits.push_back({sequence++, ended.pid, status_of(ended)});
    }
  } else if (bytes.starts_with(static_cast<char>(Kind::tried))) {
    Ended ended;
    if (bytes.size() == 1 + sizeof ended) std::memcpy(&ended, bytes.data() + 1, sizeof ended);
    out.trial = status_of(ended);
  } else if (bytes.starts_with(static_cast<char>(Kind::refused))) {
    for (Names names(read_number(bytes, error_number)); const auto name = names.next();)
      out.refusals.push_back({std::string(*name), reason_of(error_number)});
  }
}

News Holder::read_news() {
  News out;
  std::array<char, kMessageBytes + sizeof(int)> bytes;
  while (is_guarded()) {
    const ssize_t got = ::recv(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) break;
    if (got > 0) {
      read_message({bytes.data(), static_cast<std::size_t>(got)}, out);
      continue;
    }
    if (got < 0 && errno == ECONNRESET) continue;  // It was killed before it had read all; what it said comes now.
    is_gone_ = true;
    out.is_gone = true;
  }
  return out;
}

Result<> Holder::confirm(std::uint64_t sequence) { return send(message(Kind::confirm, sequence)); }

Result<> Holder::propose(int program, int output) {
  const Named both[] = {{"program", program}, {"output", output}};
  return send(std::string(1, static_cast<char>(Kind::propose)), both);
}

Result<> Holder::replace() { return send(std::string(1, static_cast<char>(Kind::replace))); }

void Holder::say_goodbye(int code) {
  constexpr int kMostCode = 255;
  (void)flush();
  (void)send(message(Kind::goodbye, std::int32_t{code & kMostCode}));
}

}  // namespace sup::guard
