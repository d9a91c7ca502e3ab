// What a user may say about the files of a log: when a new one begins, and how many stay. The rows are in
// rotate_fields.hpp.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/enum_names.hpp"
#include "base/time.hpp"
#include "spec/resources.hpp"

namespace sup {

// A number of bytes, or "unlimited".
struct SizeLimit {
  std::optional<std::uint64_t> bytes;  // Nothing: unlimited.
  friend bool operator==(const SizeLimit&, const SizeLimit&) = default;
};

// "03:30", in the zone of the machine.
struct TimeOfDay {
  std::uint16_t minutes = 0;
  friend bool operator==(const TimeOfDay&, const TimeOfDay&) = default;
};

enum class LogCompression : std::uint8_t { none, gzip, zstd };
template <>
inline constexpr auto kEnumNames<LogCompression> = std::array{
    EnumName{LogCompression::none, "none", "They stay as they are."},
    EnumName{LogCompression::gzip, "gzip", "In the format of gzip(1), with .gz behind their names."},
    EnumName{LogCompression::zstd, "zstd",
             "In the format of zstd(1), with .zst behind their names: smaller, and several times as fast."},
};

struct RotateSpec {
  SizeLimit max_size{10 << 20};
  std::optional<Duration> every;
  std::optional<TimeOfDay> at;
  CountOrUnlimited keep{5};
  SizeLimit max_total;
  LogCompression compress = LogCompression::none;
  friend bool operator==(const RotateSpec&, const RotateSpec&) = default;
};

enum class LogOnFull : std::uint8_t { drop, block, stop };
template <>
inline constexpr auto kEnumNames<LogOnFull> = std::array{
    EnumName{LogOnFull::drop, "drop", "They are dropped and counted; the service goes on."},
    EnumName{LogOnFull::block, "block", "They wait, and then the service waits when it writes more."},
    EnumName{LogOnFull::stop, "stop", "They are dropped and counted, and the service is stopped."},
};

}  // namespace sup
