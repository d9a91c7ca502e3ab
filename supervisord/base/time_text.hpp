// Moments as text, the way that a user wants them: a fixed form or a pattern. No locale, no zone database.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/enum_names.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace sup {

// How many digits a second has behind its point.
enum class TimePrecision : std::uint8_t { s, ms, us, ns };
template <>
inline constexpr auto kEnumNames<TimePrecision> = std::array{
    EnumName{TimePrecision::s, "s", "Whole seconds."},
    EnumName{TimePrecision::ms, "ms", "Milliseconds."},
    EnumName{TimePrecision::us, "us", "Microseconds."},
    EnumName{TimePrecision::ns, "ns", "Nanoseconds."},
};

// What the clocks on the wall show: UTC plus this.
struct UtcOffset {
  std::int32_t seconds = 0;
  std::string_view name = "UTC";
};

class TimeText {
 public:
  // "iso" (2026-11-20T23:02:38.412Z, RFC 3339), "unix" (1795216958.412), "tai64n" (as daemontools writes it, always
  // with nanoseconds), or a pattern: text in which %Y %m %d %H %M %S %y %e %j %a %b %F %T %s %z %Z %% mean what they
  // mean to date(1), %:z is +01:00, and %f is the fraction of the second with its point. Errors: invalid, with what is
  // wrong.
  [[nodiscard]] static Result<TimeText> parse(std::string_view format);

  // Appends. Fractions are cut, not rounded: what is written never lies in the future.
  void append(std::string& out, WallTime time, TimePrecision precision, UtcOffset offset = {}) const;
  // Takes a time from the front of `text` that append() has written. `offset_at` tells what the clock on the wall was
  // ahead where the text does not say it. Nothing, and `text` as it was, if there is none.
  [[nodiscard]] std::optional<WallTime> take(std::string_view& text,
                                             const std::function<UtcOffset(WallTime)>& offset_at) const;
  // Whether what is written is a number, as JSON knows them.
  [[nodiscard]] bool is_number() const { return is_number_; }

 private:
  struct Piece {
    char directive = 0;  // 0: the text.
    std::string text;
  };
  static Result<std::vector<Piece>> parse_pattern(std::string_view pattern);

  std::vector<Piece> pieces_;
  bool is_number_ = false;
};

}  // namespace sup
