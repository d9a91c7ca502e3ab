// Framing: where lines begin and end, whatever the tears and bounds.
#include "log/framer.hpp"

#include <random>
#include <string>
#include <vector>

#include "catch.hpp"

namespace {

using sup::log::Block;
using sup::log::Framer;

struct Line {
  std::string bytes;
  bool has_end = false;
  bool continuation = false;
  bool truncated = false;
  friend bool operator==(const Line&, const Line&) = default;
};

// Collects blocks as lines, and checks what must hold for each block.
struct Collector {
  std::vector<Line> lines;
  std::string all;
  void operator()(const Block& block) {
    REQUIRE_FALSE(block.bytes.empty());
    all += block.bytes;
    std::size_t count = 0;
    bool continuation = block.marks.continuation;
    for (std::string_view rest = block.bytes; !rest.empty(); ++count) {
      const std::size_t end = rest.find('\n');
      const bool has_end = end != std::string_view::npos;
      const std::string_view line = rest.substr(0, end);
      rest.remove_prefix(has_end ? end + 1 : rest.size());
      lines.push_back({std::string(line), has_end, continuation, rest.empty() && block.marks.truncated});
      continuation = false;
    }
    REQUIRE(count == block.lines);
  }
};

// The same by the plainest means: all input at once, one line after the other.
std::vector<Line> expected_lines(std::string_view text, std::size_t line_max) {
  std::vector<Line> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const bool has_end = end != std::string_view::npos;
    std::string_view line = text.substr(0, end);
    text.remove_prefix(has_end ? end + 1 : text.size());
    bool continuation = false;
    for (; line.size() > line_max; line.remove_prefix(line_max), continuation = true)
      lines.push_back({std::string(line.substr(0, line_max)), false, continuation, true});
    lines.push_back({std::string(line), has_end, continuation, false});
  }
  return lines;
}

void require_framed(std::string_view text, std::size_t line_max, const std::vector<std::size_t>& cuts) {
  Framer framer(line_max);
  Collector collected;
  std::string joined;
  std::size_t from = 0;
  for (const std::size_t cut : cuts) {
    // A copy of the exact size, so that the address sanitizer sees a read beyond it.
    const std::vector<char> part(text.begin() + static_cast<long>(from), text.begin() + static_cast<long>(cut));
    framer.feed({part.data(), part.size()}, joined, collected);
    REQUIRE(framer.held() <= line_max);
    from = cut;
  }
  const std::vector<char> part(text.begin() + static_cast<long>(from), text.end());
  framer.feed({part.data(), part.size()}, joined, collected);
  framer.flush(joined, collected);
  REQUIRE(framer.held() == 0);
  REQUIRE(collected.all == text);
  REQUIRE(collected.lines == expected_lines(text, line_max));
}

}  // namespace

TEST_CASE("framer: the result does not depend on where the input is torn") {
  using namespace std::string_literals;
  const std::string text =
      "one\n\nthree\r\n\0nul\0\n\xff\xfe broken\nexactly8\nninebytes\nsixteen-bytes-xx\nvery-long-line-of-26-byte\nend"s;
  for (const std::size_t line_max : std::initializer_list<std::size_t>{1, 2, 3, 8, 100})
    for (std::size_t first = 0; first <= text.size(); ++first) {
      require_framed(text, line_max, {first});
      for (std::size_t second = first; second <= text.size(); ++second) require_framed(text, line_max, {first, second});
    }
}

TEST_CASE("framer: byte by byte gives the same as at once") {
  const std::string text = "a\nbc\n\n\ndefghijklmnop\nq";
  std::vector<std::size_t> cuts;
  for (std::size_t cut = 1; cut < text.size(); ++cut) cuts.push_back(cut);
  for (const std::size_t line_max : std::initializer_list<std::size_t>{1, 2, 5, 64})
    require_framed(text, line_max, cuts);
}

TEST_CASE("framer: random text, bounds and tears agree with the plain model") {
  std::mt19937 random(7);
  for (int round = 0; round < 3000; ++round) {
    std::string text(random() % 200, ' ');
    const std::size_t newlines = 1 + random() % 20;
    for (char& c : text) c = random() % newlines == 0 ? '\n' : static_cast<char>(random());
    std::vector<std::size_t> cuts;
    for (std::size_t cut = 0; cut < text.size(); cut += random() % 40) cuts.push_back(cut);
    require_framed(text, 1 + random() % 30, cuts);
  }
}

TEST_CASE("framer: whole lines of one read come out as one block") {
  Framer framer(100);
  std::string joined;
  int blocks = 0;
  framer.feed("a\nb\nc\nd", joined, [&](const Block& block) {
    ++blocks;
    REQUIRE(block.lines == 3);
    REQUIRE(block.bytes == "a\nb\nc\n");
  });
  REQUIRE(blocks == 1);
  REQUIRE(framer.held() == 1);
}

TEST_CASE("framer: a flush in the middle of a line makes what follows a new line") {
  Framer framer(100);
  std::string joined;
  Collector collected;
  framer.feed("first ", joined, collected);
  framer.flush(joined, collected);
  framer.feed("second\n", joined, collected);
  REQUIRE(collected.lines == std::vector<Line>{{"first ", false, false, false}, {"second", true, false, false}});
}

TEST_CASE("framer: a flush without a partial line says nothing") {
  Framer framer(4);
  std::string joined;
  Collector collected;
  framer.flush(joined, collected);
  framer.feed("whole\n", joined, collected);
  const auto before = collected.lines;
  framer.flush(joined, collected);
  REQUIRE(collected.lines == before);
}
