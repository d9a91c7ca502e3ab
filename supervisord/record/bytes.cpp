#include "record/bytes.hpp"

namespace sup::record {

std::uint64_t Reader::number() {
  constexpr unsigned kBits = 64;
  std::uint64_t out = 0;
  for (unsigned shift = 0; shift < kBits && !rest_.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    out |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
    if (byte < 0x80) return out;
  }
  give_up();
  return 0;
}

std::int64_t Reader::signed_number() {
  const std::uint64_t value = number();
  return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
}

std::string_view Reader::text() {
  const std::uint64_t size = number();
  if (!has(size)) {
    give_up();
    return {};
  }
  const std::string_view out = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return out;
}

}  // namespace sup::record
