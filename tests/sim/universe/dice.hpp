// Dice: all chance of a universe comes from one seed.
#pragma once

#include <cstdint>
#include <vector>

#include "base/time.hpp"

namespace sup::sim {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ULL + 1) {}

  // Uniform in [0, bound); 0 if bound is 0. (SplitMix64, public domain algorithm by S. Vigna.)
  std::uint32_t below(std::uint32_t bound) {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    z ^= z >> 31;
    return static_cast<std::uint32_t>(((z >> 32) * bound) >> 32);
  }
  bool percent(std::uint32_t chance) { return below(100) < chance; }
  // Whole milliseconds in [0, most].
  Duration up_to(Duration most) {
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(most).count();
    return std::chrono::milliseconds{below(static_cast<std::uint32_t>(milliseconds) + 1)};
  }
  template <class T>
  const T& pick(const std::vector<T>& from) {
    return from[below(static_cast<std::uint32_t>(from.size()))];
  }

 private:
  std::uint64_t state_;
};

}  // namespace sup::sim
