#include "log/rotation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

namespace sup::log {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

constexpr std::size_t kStampSize = 23;
constexpr std::array kSuffixes = {std::string_view(), end_of(Packing::gzip), end_of(Packing::zstd)};
constexpr WallTime kNever = WallTime::max();

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// "20261129T012802.123456Z"
bool has_shape(std::string_view stamp) {
  if (stamp.size() != kStampSize) return false;
  for (std::size_t i = 0; i < kStampSize; ++i) {
    const bool good = i == 8    ? stamp[i] == 'T'
                      : i == 15 ? stamp[i] == '.'
                      : i == 22 ? stamp[i] == 'Z'
                                : is_digit(stamp[i]);
    if (!good) return false;
  }
  return true;
}

std::string stamp(WallTime time) {
  const auto whole = std::chrono::floor<microseconds>(time.time_since_epoch()).count();
  const std::time_t second = whole / 1'000'000;
  std::tm parts{};
  (void)::gmtime_r(&second, &parts);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}.{:06}Z", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                     parts.tm_hour, parts.tm_min, parts.tm_sec, whole % 1'000'000);
}

int number(std::string_view digits) {
  int out = 0;
  (void)std::from_chars(digits.data(), digits.data() + digits.size(), out);
  return out;
}

WallTime time_of(std::string_view stamp) {
  std::tm parts{};
  parts.tm_year = number(stamp.substr(0, 4)) - 1900;
  parts.tm_mon = number(stamp.substr(4, 2)) - 1;
  parts.tm_mday = number(stamp.substr(6, 2));
  parts.tm_hour = number(stamp.substr(9, 2));
  parts.tm_min = number(stamp.substr(11, 2));
  parts.tm_sec = number(stamp.substr(13, 2));
  return WallTime{seconds{::timegm(&parts)} + microseconds{number(stamp.substr(16, 6))}};
}

// The first such time of a local day after `now`. mktime(3) puts what summer time has left out an hour later.
WallTime next_time_of_day(std::chrono::minutes at, WallTime now) {
  const std::time_t second = std::chrono::floor<seconds>(now.time_since_epoch()).count();
  for (int day = 0; day <= 2; ++day) {
    std::tm parts{};
    (void)::localtime_r(&second, &parts);
    parts.tm_mday += day;
    parts.tm_hour = static_cast<int>(at.count() / 60);
    parts.tm_min = static_cast<int>(at.count() % 60);
    parts.tm_sec = 0;
    parts.tm_isdst = -1;
    if (const WallTime due{seconds{std::mktime(&parts)}}; due > now) return due;
  }
  return now + std::chrono::hours{24};
}

}  // namespace

WallTime due_time(const Rotation& rotation, WallTime begun, WallTime now) {
  WallTime due = kNever;
  if (rotation.at) due = next_time_of_day(*rotation.at, std::min(begun, now));
  if (rotation.every) due = std::min(due, std::min(begun, now) + *rotation.every);
  return due;
}

std::string rotated_name(std::string_view file, WallTime now, std::span<const std::string> others) {
  for (const std::string& other : others)
    if (is_rotated_from(other, file)) now = std::max(now, time_of(stamp_of(other, file)) + microseconds{1});
  return fmt::format("{}.{}", file, stamp(now));
}

bool is_rotated_from(std::string_view name, std::string_view file) {
  if (name.size() < file.size() + 1 + kStampSize || !name.starts_with(file) || name[file.size()] != '.') return false;
  return has_shape(name.substr(file.size() + 1, kStampSize)) &&
         std::ranges::find(kSuffixes, name.substr(file.size() + 1 + kStampSize)) != kSuffixes.end();
}

std::string_view rotated_base(std::string_view name) {
  for (const std::string_view suffix : kSuffixes) {
    const std::size_t behind = kStampSize + suffix.size() + 1;
    if (!name.ends_with(suffix) || name.size() <= behind) continue;
    if (const std::string_view base = name.substr(0, name.size() - behind); is_rotated_from(name, base)) return base;
  }
  return {};
}

std::string_view stamp_of(std::string_view name, std::string_view file) {
  return name.substr(file.size() + 1, kStampSize);
}

std::optional<WallTime> time_in_name(std::string_view name) {
  const std::string_view base = rotated_base(name);
  if (base.empty()) return std::nullopt;
  return time_of(stamp_of(name, base));
}

std::size_t surplus(const Rotation& rotation, std::span<const KeptFile> kept, std::uint64_t current) {
  std::size_t gone = kept.size() - std::min<std::size_t>(kept.size(), rotation.keep);
  std::uint64_t total = current;
  for (const KeptFile& file : kept.subspan(gone)) total += file.bytes;
  for (; gone < kept.size() && total > rotation.max_total; ++gone) total -= kept[gone].bytes;
  return gone;
}

}  // namespace sup::log
