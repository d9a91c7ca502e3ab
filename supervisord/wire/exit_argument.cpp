#include "wire/exit_argument.hpp"

#include <charconv>

#include "base/signals.hpp"

namespace sup::wire {
namespace {

constexpr int kSignalBase = 128;
constexpr int kSignals = 64;

ExitStatus by_code(int code) {
  if (code > kSignalBase && code <= kSignalBase + kSignals)
    return {.code = 0, .signal = code - kSignalBase, .core_dumped = false};
  return {.code = code, .signal = 0, .core_dumped = false};
}

}  // namespace

std::optional<ExitStatus> parse_exit(std::string_view text) {
  int code = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), code);
  const bool is_number = error != std::errc::invalid_argument && end == text.data() + text.size();
  if (is_number && (error != std::errc{} || code < 0 || code > 255)) return std::nullopt;
  if (is_number) return by_code(code);
  const auto signal = parse_signal(text);
  if (!signal) return std::nullopt;
  return ExitStatus{.code = 0, .signal = signal->number, .core_dumped = false};
}

}  // namespace sup::wire
