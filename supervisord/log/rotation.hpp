// When a log file is full or old, and how those are called that it leaves behind. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "log/packing.hpp"

namespace sup::log {

inline constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

// What bounds the files of one log.
struct Rotation {
  std::uint64_t max_size = kNoLimit;            // Of the file that is written.
  std::optional<Duration> every = {};           // It is not written longer than this.
  std::optional<std::chrono::minutes> at = {};  // A new one begins each day at this local time.
  std::uint32_t keep = ~std::uint32_t{0};       // So many rotated files stay,
  std::uint64_t max_total = kNoLimit;           // and so many bytes of all files of this log.
  std::optional<Packing> packing = {};          // Rotated files are compressed, in time.
  friend bool operator==(const Rotation&, const Rotation&) = default;
};

// When a file that was begun at `begun` is old. Far in the future if it never is. A clock that was set back makes it
// due a whole period later at most.
[[nodiscard]] WallTime due_time(const Rotation& rotation, WallTime begun, WallTime now);

// "web.log" becomes "web.log.20261129T012802.123456Z": the moment of the rotation, in UTC. Names sort by age.
// `others` are the names that are there, sorted. If the newest is not older (two rotations at one moment, a clock that
// was set back) the name is that one's and a microsecond.
[[nodiscard]] std::string rotated_name(std::string_view file, WallTime now, std::span<const std::string> others);

// Whether `name` was made from `file` by rotated_name(), and perhaps compressed since.
[[nodiscard]] bool is_rotated_from(std::string_view name, std::string_view file);
// From which file such a name was made; empty for other names.
[[nodiscard]] std::string_view rotated_base(std::string_view name);
// The time in such a name; names of different logs compare by it.
[[nodiscard]] std::string_view stamp_of(std::string_view name, std::string_view file);

// When a file got its name, by the name; nothing for other names.
[[nodiscard]] std::optional<WallTime> time_in_name(std::string_view name);

// A file and what it takes of the disk.
struct KeptFile {
  std::string name;
  std::uint64_t bytes = 0;
};
// How many of these, oldest first, have to go so that `keep` and `max_total` hold; `current` is what the file takes
// that is written.
[[nodiscard]] std::size_t surplus(const Rotation& rotation, std::span<const KeptFile> kept, std::uint64_t current);

}  // namespace sup::log
