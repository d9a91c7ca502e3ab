// The framer under any bytes, torn anywhere: nothing is lost or added, no line is longer than the bound, and the lines
// do not depend on where the input was torn. The first byte is the bound, then each part is preceded by its length.
#include "log/framer.hpp"

#include <cstdint>
#include <vector>

namespace {

struct Collector {
  std::string all;
  std::vector<std::string> lines;  // With ends; a mark is a byte in front.
  std::size_t line_max;
  void operator()(const sup::log::Block& block) {
    all += block.bytes;
    const std::size_t before = lines.size();
    for (std::string_view rest = block.bytes; !rest.empty();) {
      const std::size_t end = std::min(rest.find('\n'), rest.size() - 1) + 1;
      const bool is_first = lines.size() == before;
      CHECK(end <= line_max + (rest[end - 1] == '\n' ? 1 : 0));
      lines.push_back((is_first && block.marks.continuation ? "+" : "-") + std::string(rest.substr(0, end)));
      rest.remove_prefix(end);
      if (rest.empty() && block.marks.truncated) lines.back() += '+';
    }
    CHECK(lines.size() - before == block.lines);
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t line_max = data[0] + std::size_t{1};
  sup::log::Framer torn(line_max), whole(line_max);
  Collector torn_out{{}, {}, line_max}, whole_out{{}, {}, line_max};
  std::string joined, input;
  for (std::size_t at = 1; at < size;) {
    const std::size_t length = std::min<std::size_t>(data[at], size - at - 1);
    const std::string part(reinterpret_cast<const char*>(data) + at + 1, length);
    torn.feed(part, joined, torn_out);
    CHECK(torn.held() <= line_max);
    input += part, at += length + 1;
  }
  torn.flush(joined, torn_out);
  whole.feed(input, joined, whole_out);
  whole.flush(joined, whole_out);
  CHECK(torn_out.all == input && whole_out.all == input && torn_out.lines == whole_out.lines);
  return 0;
}
