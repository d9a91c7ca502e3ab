// FNV-1a: hashes that are the same in each life and on each machine. Not for what an enemy chooses.
// Source: draft-eastlake-fnv.
#pragma once

#include <cstdint>
#include <string_view>

namespace sup {

[[nodiscard]] constexpr std::uint32_t fnv1a_32(std::string_view bytes) {
  std::uint32_t hash = 2'166'136'261U;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 16'777'619U;
  return hash;
}

[[nodiscard]] constexpr std::uint64_t fnv1a_64(std::string_view bytes) {
  std::uint64_t hash = 14'695'981'039'346'656'037ULL;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 1'099'511'628'211ULL;
  return hash;
}

}  // namespace sup
