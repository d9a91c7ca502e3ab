#include "log/newlines.hpp"

#include <algorithm>
#include <cstring>

namespace sup::log {
namespace {

// Sixteen bytes that the compiler puts into one register where there is such a thing.
using Bytes = std::uint8_t __attribute__((vector_size(16)));
constexpr std::size_t kWidth = 4 * sizeof(Bytes);
constexpr std::size_t kMostSteps = 255 / 4;  // All sums together are what a byte can count.

// All ones, which is -1, where there is one.
Bytes newlines_of(const char* bytes) {
  Bytes part;
  std::memcpy(&part, bytes, sizeof part);
  return static_cast<Bytes>(part == static_cast<std::uint8_t>('\n'));
}

// Of `steps` widths, in four sums, so that none waits for another.
std::uint32_t count_in(const char* bytes, std::size_t steps) {
  Bytes a{}, b{}, c{}, d{};
  for (const char* end = bytes + steps * kWidth; bytes != end; bytes += kWidth) {
    a -= newlines_of(bytes);
    b -= newlines_of(bytes + sizeof(Bytes));
    c -= newlines_of(bytes + 2 * sizeof(Bytes));
    d -= newlines_of(bytes + 3 * sizeof(Bytes));
  }
  const Bytes sum = (a + b) + (c + d);
  std::uint32_t count = 0;
  for (std::size_t i = 0; i < sizeof(Bytes); ++i) count += sum[i];
  return count;
}

}  // namespace

std::uint32_t count_newlines(std::string_view bytes) {
  std::uint32_t count = 0;
  while (bytes.size() >= kWidth) {
    const std::size_t steps = std::min(bytes.size() / kWidth, kMostSteps);
    count += count_in(bytes.data(), steps);
    bytes.remove_prefix(steps * kWidth);
  }
  for (const char c : bytes) count += c == '\n' ? 1 : 0;
  return count;
}

}  // namespace sup::log
