#include "base/signals.hpp"

#include <array>
#include <charconv>
#include <csignal>

#include "base/text.hpp"

namespace sup {
namespace {

constexpr int kLastSignal = 64;  // _NSIG of Linux on every architecture but MIPS.

struct Row {
  std::string_view name;
  int number;
};
// The first name of a number is the one that is printed; further ones are only read.
constexpr Row kRows[] = {
    {"HUP", SIGHUP},       {"INT", SIGINT},     {"QUIT", SIGQUIT}, {"ILL", SIGILL},   {"TRAP", SIGTRAP},
    {"ABRT", SIGABRT},     {"BUS", SIGBUS},     {"FPE", SIGFPE},   {"KILL", SIGKILL}, {"USR1", SIGUSR1},
    {"SEGV", SIGSEGV},     {"USR2", SIGUSR2},   {"PIPE", SIGPIPE}, {"ALRM", SIGALRM}, {"TERM", SIGTERM},
#ifdef SIGSTKFLT
    {"STKFLT", SIGSTKFLT},
#endif
    {"CHLD", SIGCHLD},     {"CONT", SIGCONT},   {"STOP", SIGSTOP}, {"TSTP", SIGTSTP}, {"TTIN", SIGTTIN},
    {"TTOU", SIGTTOU},     {"URG", SIGURG},     {"XCPU", SIGXCPU}, {"XFSZ", SIGXFSZ}, {"VTALRM", SIGVTALRM},
    {"PROF", SIGPROF},     {"WINCH", SIGWINCH}, {"IO", SIGIO},     {"PWR", SIGPWR},   {"SYS", SIGSYS},
    {"POLL", SIGPOLL},     {"CLD", SIGCHLD},    {"IOT", SIGABRT},
};

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

// Upper case and without SIG; longer texts than any name stay as they are and match nothing.
std::string normalised(std::string_view text) {
  std::string out(text.substr(0, 32));
  for (char& c : out) c = upper(c);
  if (out.starts_with("SIG")) out.erase(0, 3);
  return out;
}

std::optional<int> digits(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc{} && end == text.data() + text.size() && !text.empty() && text[0] != '-';
  return whole ? std::optional(value) : std::nullopt;
}

// RTMIN, RTMIN+n, RTMAX, RTMAX-n; what they are is known at run time only, since libc takes some for itself.
std::optional<int> real_time(std::string_view name) {
  const bool from_min = name.starts_with("RTMIN");
  if (!from_min && !name.starts_with("RTMAX")) return std::nullopt;
  const std::string_view rest = name.substr(5);
  if (rest.empty()) return from_min ? SIGRTMIN : SIGRTMAX;
  const std::optional<int> offset = digits(rest.substr(1));
  if (!offset || rest[0] != (from_min ? '+' : '-') || *offset > SIGRTMAX - SIGRTMIN) return std::nullopt;
  return from_min ? SIGRTMIN + *offset : SIGRTMAX - *offset;
}

std::string suggestion(std::string_view name) {
  std::array<std::string_view, std::size(kRows)> names;
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = kRows[i].name;
  const auto near = nearest(name, names);
  if (near) return "did you mean '" + std::string(*near) + "'?";
  return "write a name such as TERM, HUP or RTMIN+1, or a number from 1 to 64";
}

}  // namespace

Result<Signal> parse_signal(std::string_view text) {
  const std::string name = normalised(text);
  if (const auto number = digits(text); number && *number >= 1 && *number <= kLastSignal) return Signal{*number};
  for (const Row& row : kRows)
    if (row.name == name) return Signal{row.number};
  if (const auto number = real_time(name)) return Signal{*number};
  return fail(Errc::invalid, "'" + printable(text, 40) + "' is not a signal; " + suggestion(name));
}

std::string signal_name(Signal signal) {
  for (const Row& row : kRows)
    if (row.number == signal.number) return std::string(row.name);
  if (signal.number == SIGRTMIN) return "RTMIN";
  if (signal.number > SIGRTMIN && signal.number <= SIGRTMAX) return "RTMIN+" + std::to_string(signal.number - SIGRTMIN);
  return std::to_string(signal.number);
}

}  // namespace sup
