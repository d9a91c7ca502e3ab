#include "wire/notify_message.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "base/text.hpp"

namespace sup::wire {
namespace {

// Longer times are taken as this long: nobody waits so long, and sums with it do not overflow.
constexpr std::int64_t kMostMicroseconds = 366LL * 24 * 3600 * 1'000'000;

template <class T>
std::optional<T> number_of(std::string_view text) {
  T out{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return out;
}

std::optional<Duration> microseconds_of(std::string_view text) {
  const auto count = number_of<std::uint64_t>(text);
  if (!count) return std::nullopt;
  const auto bounded = std::min<std::uint64_t>(*count, kMostMicroseconds);
  return std::chrono::microseconds{static_cast<std::int64_t>(bounded)};
}

std::optional<std::int32_t> pid_of(std::string_view text) {
  const auto pid = number_of<std::int32_t>(text);
  return pid && *pid > 0 ? pid : std::nullopt;
}

std::optional<NotifyAccess> access_of(std::string_view text) {
  const auto access = enum_from_name<NotifyAccess>(text);
  return access == NotifyAccess::automatic ? std::nullopt : access;
}

// As it is, if it is short and one line that JSON can hold.
std::string line_of(std::string_view text) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  const bool is_plain = text.size() <= kNotifyTextBytes && is_utf8(text) && std::ranges::none_of(text, is_control);
  return is_plain ? std::string(text) : printable(text, kNotifyTextBytes);
}

std::optional<std::string> fd_name_of(std::string_view text) {
  return is_fd_name(text) ? std::optional(std::string(text)) : std::nullopt;
}

using Message = NotifyMessage;
using Take = void (*)(Message&, std::string_view value);

template <bool Message::* Flag>
void take_one(Message& m, std::string_view value) {
  if (value == "1") m.*Flag = true;
}

struct Assignment {
  std::string_view name;
  Take take;
};
constexpr Assignment kAssignments[] = {
    {"READY", take_one<&Message::is_ready>},
    {"RELOADING", take_one<&Message::is_reloading>},
    {"STOPPING", take_one<&Message::is_stopping>},
    {"RESTART_RESET", take_one<&Message::resets_restarts>},
    {"MAINPIDFD", take_one<&Message::has_main_pidfd>},
    {"FDSTORE", take_one<&Message::stores_fds>},
    {"FDSTOREREMOVE", take_one<&Message::removes_fds>},
    {"FDPOLL", [](Message& m, std::string_view v) { m.polls_fds &= v != "0"; }},
    {"FDNAME", [](Message& m, std::string_view v) { m.fd_name = fd_name_of(v); }},
    {"BARRIER", take_one<&Message::is_barrier>},
    {"WATCHDOG", [](Message& m, std::string_view v) { m.is_alive |= v == "1", m.is_unfit |= v == "trigger"; }},
    {"STATUS", [](Message& m, std::string_view v) { m.status = line_of(v); }},
    {"ERRNO", [](Message& m, std::string_view v) { m.error_number = number_of<std::int32_t>(v); }},
    {"BUSERROR", [](Message& m, std::string_view v) { m.error_name = line_of(v); }},
    {"VARLINKERROR", [](Message& m, std::string_view v) { m.error_name = line_of(v); }},
    {"EXIT_STATUS", [](Message& m, std::string_view v) { m.exit_status = number_of<std::int32_t>(v); }},
    {"MAINPID", [](Message& m, std::string_view v) { m.main_pid = pid_of(v); }},
    {"MAINPIDFDID", [](Message& m, std::string_view v) { m.main_pidfd_id = number_of<std::uint64_t>(v); }},
    {"EXTEND_TIMEOUT_USEC", [](Message& m, std::string_view v) { m.more_time = microseconds_of(v); }},
    {"WATCHDOG_USEC", [](Message& m, std::string_view v) { m.watchdog = microseconds_of(v); }},
    {"NOTIFYACCESS", [](Message& m, std::string_view v) { m.access = access_of(v); }},
};

void take_line(Message& message, std::string_view line) {
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) return;
  const auto it = std::ranges::find(kAssignments, line.substr(0, equals), &Assignment::name);
  if (it != std::end(kAssignments)) it->take(message, line.substr(equals + 1));
}

}  // namespace

bool is_fd_name(std::string_view text) {
  const auto may_be = [](char c) { return c >= ' ' && c <= '~' && c != ':'; };
  return text.size() <= kFdNameBytes && std::ranges::all_of(text, may_be);
}

// A NUL may end the datagram, as in a text of C, but be nowhere else.
std::variant<NotifyMessage, NotifyRefusal> parse_notify(std::string_view bytes, std::size_t fds) {
  if (bytes.ends_with('\0')) bytes.remove_suffix(1);
  if (bytes.find('\0') != std::string_view::npos) return NotifyRefusal{"it holds a NUL byte"};
  if (bytes.find_first_not_of('\n') == std::string_view::npos) return NotifyRefusal{"it is empty"};
  NotifyMessage message;
  std::size_t lines = 0;
  for (std::string_view rest = bytes; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    if (end > 0) ++lines;
    take_line(message, rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (message.is_barrier && lines > 1) return NotifyRefusal{"BARRIER=1 is not its only assignment"};
  if (message.is_barrier && fds != 1) return NotifyRefusal{"BARRIER=1 needs exactly one descriptor"};
  if (message.has_main_pidfd && fds != 1) return NotifyRefusal{"MAINPIDFD=1 needs exactly one descriptor"};
  if (message.has_main_pidfd && message.stores_fds)
    return NotifyRefusal{"its one descriptor cannot be for both MAINPIDFD=1 and FDSTORE=1"};
  return message;
}

}  // namespace sup::wire
