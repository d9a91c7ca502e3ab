// Fuzzes what a server can answer to a probe: no limit is crossed, and how the bytes are cut does not matter.
#include <cstdint>
#include <optional>
#include <string>

#include "base/check.hpp"
#include "wire/http_answer.hpp"

namespace {

std::string verdict(const sup::HttpProbe& expected, std::string_view bytes, std::size_t step) {
  sup::wire::HttpAnswer answer(expected);
  for (std::size_t at = 0; at < bytes.size(); at += step)
    if (auto early = answer.feed(bytes.substr(at, step))) return *early;
  return answer.close();
}

}  // namespace

// The first byte says how to cut, the second how much of the text to look for, which comes next.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::size_t step = std::size_t{1} + data[0];
  sup::HttpProbe expected;
  expected.body = bytes.substr(2, data[1] % 8);
  bytes.remove_prefix(2 + expected.body.size());
  CHECK(verdict(expected, bytes, step) == verdict(expected, bytes, bytes.size() + 1));
  return 0;
}
