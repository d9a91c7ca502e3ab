// How old log files are compressed. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sup::log {

enum class Packing : std::uint8_t { gzip, zstd };

struct PackingEnd {
  Packing packing;
  std::string_view end;  // Of the names of such files.
};
inline constexpr std::array kPackingEnds = {PackingEnd{Packing::gzip, ".gz"}, PackingEnd{Packing::zstd, ".zst"}};

[[nodiscard]] constexpr std::string_view end_of(Packing packing) {
  return kPackingEnds[static_cast<std::size_t>(packing)].end;
}
static_assert(end_of(Packing::gzip) == ".gz" && end_of(Packing::zstd) == ".zst");

// By the end of its name; nothing: it is not compressed.
[[nodiscard]] constexpr std::optional<Packing> packing_of(std::string_view name) {
  for (const PackingEnd& row : kPackingEnds)
    if (name.ends_with(row.end)) return row.packing;
  return std::nullopt;
}

}  // namespace sup::log
