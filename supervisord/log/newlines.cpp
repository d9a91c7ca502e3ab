#include "log/newlines.hpp"

#include <algorithm>
#include <cstring>

namespace sup::log {
namespace {

// Sixteen bytes that the compiler puts into one register where there is such a thing.
using Bytes = std::uint8_t __attribute__((vector_size(16)));
constexpr std::size_t kWidth = sizeof(Bytes);
constexpr std::size_t kMostSums = 255;  // What a byte can count.

}  // namespace

std::uint32_t count_newlines(std::string_view bytes) {
  std::uint32_t count = 0;
  while (bytes.size() >= kWidth) {
    const std::size_t steps = std::min(bytes.size() / kWidth, kMostSums);
    Bytes sums{};
    for (std::size_t step = 0; step < steps; ++step) {
      Bytes part;
      std::memcpy(&part, bytes.data() + step * kWidth, kWidth);
      // True is all ones, which is -1.
      sums -= static_cast<Bytes>(part == static_cast<std::uint8_t>('\n'));
    }
    for (std::size_t i = 0; i < kWidth; ++i) count += sums[i];
    bytes.remove_prefix(steps * kWidth);
  }
  for (const char c : bytes) count += c == '\n' ? 1 : 0;
  return count;
}

}  // namespace sup::log
