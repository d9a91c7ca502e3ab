// The ring of last lines, beside a plain list.
#include "log/ring.hpp"

#include <deque>
#include <random>
#include <string>
#include <vector>

#include "catch.hpp"

namespace {

using sup::log::Block;
using sup::log::Origin;
using sup::log::Ring;

Origin origin(std::uint64_t sequence) {
  return {.time = sup::WallTime{sup::Duration{static_cast<std::int64_t>(sequence) * 1000}},
          .sequence = sequence,
          .run = sup::RunId{sequence % 3},
          .service = sup::InstanceId{static_cast<std::uint32_t>(sequence % 5)},
          .stream = sequence % 2 == 0 ? sup::log::Stream::out : sup::log::Stream::err};
}

Block block_of(const std::string& bytes) {
  std::uint32_t lines = bytes.back() == '\n' ? 0 : 1;
  for (const char c : bytes) lines += c == '\n';
  return {bytes, lines, {}};
}

std::uint64_t append(Ring& ring, std::uint64_t sequence, const std::string& bytes, std::string_view label = "") {
  std::uint64_t dropped = 0;
  ring.append(origin(sequence), label, block_of(bytes), [&](const Ring::Dropped& gone) { dropped += gone.lines; });
  return dropped;
}

struct Line {
  std::uint64_t sequence = 0;
  std::string label;
  std::string bytes;  // With its end.
  friend bool operator==(const Line&, const Line&) = default;
};

std::vector<Line> content(const Ring& ring) {
  std::vector<Line> lines;
  for (std::size_t at = 0; at < ring.used(); at = ring.next(at)) {
    const Ring::Entry entry = ring.entry_at(at);
    std::string bytes(entry.label + entry.size, '\0');
    ring.copy(at, 0, bytes.size(), bytes.data());
    const std::string label = bytes.substr(0, entry.label);
    bytes.erase(0, entry.label);
    const std::size_t before = lines.size();
    while (!bytes.empty()) {
      const std::size_t end = std::min(bytes.find('\n'), bytes.size() - 1) + 1;
      lines.push_back({entry.origin.sequence, label, bytes.substr(0, end)});
      bytes.erase(0, end);
    }
    REQUIRE(lines.size() - before == entry.lines);
  }
  return lines;
}

}  // namespace

TEST_CASE("ring: costs nothing before it is used and after it is cleared") {
  Ring ring(1 << 16);
  REQUIRE(ring.memory() == 0);
  append(ring, 1, "line\n");
  REQUIRE(ring.memory() == 256);
  ring.clear();
  REQUIRE(ring.memory() == 0);
  REQUIRE(ring.is_empty());
}

TEST_CASE("ring: hands back what a block was appended with") {
  Ring ring(1000);
  ring.append(origin(7), "web", Block{"half a line", 1, {.continuation = true, .truncated = true}}, [](const auto&) {});
  const Ring::Entry entry = ring.entry_at(0);
  REQUIRE(entry.origin.sequence == 7);
  REQUIRE(entry.origin.time == origin(7).time);
  REQUIRE(entry.origin.run == origin(7).run);
  REQUIRE(entry.origin.service == origin(7).service);
  REQUIRE(entry.origin.stream == origin(7).stream);
  REQUIRE(entry.marks == sup::log::Marks{true, true});
  REQUIRE(content(ring) == std::vector<Line>{{7, "web", "half a line"}});
}

TEST_CASE("ring: makes room line by line, oldest first") {
  Ring ring(Ring::kEntryBytes * 2 + 12);
  REQUIRE(append(ring, 1, "a\nb\nc\n") == 0);
  REQUIRE(append(ring, 2, "d\ne\nf\n") == 0);
  REQUIRE(ring.has_room(0, 0) == false);
  // Three lines of six bytes need an entry as well: the first block has to go whole.
  REQUIRE(append(ring, 3, "g\nh\ni\n") == 3);
  REQUIRE(content(ring).front().bytes == "d\n");
}

TEST_CASE("ring: drops a part of a block when that is enough") {
  Ring ring(Ring::kEntryBytes * 2 + 8);
  REQUIRE(append(ring, 1, "a\nb\nc\n") == 0);
  REQUIRE(append(ring, 2, "d\ne\n") == 1);
  REQUIRE(content(ring) == std::vector<Line>{{1, "", "b\n"}, {1, "", "c\n"}, {2, "", "d\n"}, {2, "", "e\n"}});
}

TEST_CASE("ring: a block bigger than the ring keeps its last lines") {
  Ring ring(Ring::kEntryBytes + 5);
  REQUIRE(append(ring, 1, "aa\nbb\nc\n") == 1);
  REQUIRE(content(ring) == std::vector<Line>{{1, "", "bb\n"}, {1, "", "c\n"}});
}

TEST_CASE("ring: a line bigger than the ring keeps its first bytes, marked") {
  Ring ring(Ring::kEntryBytes + 5);
  REQUIRE(append(ring, 1, "x\nabcdefgh\n") == 1);
  REQUIRE(content(ring) == std::vector<Line>{{1, "", "abcde"}});
  REQUIRE(ring.entry_at(0).marks == sup::log::Marks{false, true});
  REQUIRE(append(ring, 2, "0123456789") == 1);
  REQUIRE(content(ring) == std::vector<Line>{{2, "", "01234"}});
}

TEST_CASE("ring: without room for an entry it keeps nothing and counts it") {
  Ring ring(10);
  REQUIRE(append(ring, 1, "a\nb\n") == 2);
  REQUIRE(ring.is_empty());
  REQUIRE(ring.memory() == 0);
}

TEST_CASE("ring: agrees with a plain list through thousands of wrap-arounds") {
  std::mt19937 random(11);
  for (const std::size_t limit : {80UL, 116UL, 257UL, 1000UL, 5000UL}) {
    Ring ring(limit);
    std::deque<Line> model;
    for (std::uint64_t sequence = 1; sequence < 4000; ++sequence) {
      const std::string label(random() % 8, 'n');
      std::string bytes;
      const auto lines = 1 + random() % 6;
      for (unsigned line = 0; line < lines; ++line) {
        const std::string text = std::string(random() % 12, static_cast<char>('a' + random() % 26)) + "\n";
        bytes += text;
        model.push_back({sequence, label, text});
      }
      const std::uint64_t dropped = append(ring, sequence, bytes, label);
      REQUIRE(ring.memory() <= limit);
      REQUIRE(ring.used() <= ring.memory());
      const std::vector<Line> kept = content(ring);
      REQUIRE(model.size() - kept.size() == dropped);
      // No more went than had to: with the line that went last the ring would be above its limit.
      if (dropped > 0 && dropped <= model.size()) {
        const Line& last_gone = model[dropped - 1];
        const bool is_of_front = !kept.empty() && kept.front().sequence == last_gone.sequence;
        const std::size_t entry = is_of_front ? 0 : Ring::kEntryBytes + last_gone.label.size();
        REQUIRE(ring.used() + entry + last_gone.bytes.size() > limit);
      }
      model.erase(model.begin(), model.begin() + static_cast<long>(dropped));
      REQUIRE(std::vector<Line>(model.begin(), model.end()) == kept);
      if (sequence % 97 == 0) {
        const auto gone = ring.is_empty() ? Ring::Dropped{} : ring.drop_front(ring.used());
        model.erase(model.begin(), model.begin() + static_cast<long>(gone.lines));
      }
    }
  }
}
