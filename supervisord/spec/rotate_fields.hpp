// The settings of rotation: one row each.
#pragma once

#include <tuple>

#include "spec/fields.hpp"
#include "spec/rotate_spec.hpp"

namespace sup {

inline constexpr std::int64_t kLeastLogFile = 4 << 10;
inline constexpr std::int64_t kMostLogFile = std::int64_t{1} << 50;
inline constexpr std::int64_t kMostKept = 10'000;
inline constexpr std::int64_t kShortestLog = 1'000'000'000;
inline constexpr std::int64_t kLongestLog = 366 * std::int64_t{24} * 3600 * 1'000'000'000;

template <>
struct Fields<RotateSpec> {
  static constexpr auto kRows = std::make_tuple(
      Field{"max-size", &RotateSpec::max_size, OnChange::next_start, "\"50MiB\"",
            "A new file begins before the present one grows beyond this: a size of at least 4KiB, or \"unlimited\".",
            Range{kLeastLogFile, kMostLogFile}},
      Field{"every", &RotateSpec::every, OnChange::next_start, "\"1d\"",
            "A new file begins when lines have been written to the present one for so long.",
            Range{kShortestLog, kLongestLog}},
      Field{
          "at", &RotateSpec::at, OnChange::next_start, "\"00:00\"",
          "A new file begins each day at this time, by the clock of the machine (or TZ in supervisord's environment)."},
      Field{"keep", &RotateSpec::keep, OnChange::next_start, "14",
            "How many old files stay beside the present one, or \"unlimited\". The oldest go first.",
            Range{0, kMostKept}},
      Field{
          "max-total", &RotateSpec::max_total, OnChange::next_start, "\"200MiB\"",
          "How much all files of this log may take of the disk, the present one counted as full. The oldest go first.",
          Range{kLeastLogFile, kMostLogFile}},
      Field{"compress", &RotateSpec::compress, OnChange::next_start, "\"gzip\"",
            "Whether old files are compressed, which is done with the least priority."});
};
static_assert(kEveryMemberHasARow<RotateSpec>, "every member of RotateSpec needs a row");
template <>
inline constexpr std::string_view kShorthandKey<RotateSpec> = "max-size";

}  // namespace sup
