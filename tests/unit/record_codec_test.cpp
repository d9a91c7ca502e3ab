// Structs as bytes, by rows.
#include "record/codec.hpp"

#include <limits>

#include "base/time.hpp"

#include "catch.hpp"

using namespace sup;

namespace {

enum class Colour : std::uint8_t { red, green };
enum class Plain : std::uint8_t { one, two };

struct Inner {
  std::int32_t depth = -1;
  std::string name;
  friend bool operator==(const Inner&, const Inner&) = default;
};
struct Thing {
  bool is_good = false;
  std::uint64_t large = 0;
  std::int64_t low = 0;
  std::string text;
  Colour colour = Colour::red;
  Plain plain = Plain::one;
  Duration time{};
  Instant since = Instant::max();
  RunId run;
  InvocationId invocation;
  std::optional<std::uint32_t> maybe;
  std::vector<Inner> list;
  Inner inner;
  friend bool operator==(const Thing&, const Thing&) = default;
};
// The same thing as an older program knows it.
struct OldThing {
  std::string text;
  Inner inner;
};

}  // namespace

template <>
inline constexpr auto sup::kEnumNames<Colour> =
    std::array{sup::EnumName{Colour::red, "red"}, sup::EnumName{Colour::green, "green"}};
template <>
struct sup::record::Rows<Inner> {
  static constexpr auto kRows = std::make_tuple(Row{1, &Inner::depth}, Row{2, &Inner::name});
};
template <>
struct sup::record::Rows<Thing> {
  static constexpr auto kRows = std::make_tuple(
      Row{1, &Thing::is_good}, Row{2, &Thing::large}, Row{3, &Thing::low}, Row{4, &Thing::text}, Row{5, &Thing::colour},
      Row{6, &Thing::plain}, Row{7, &Thing::time}, Row{8, &Thing::since}, Row{9, &Thing::run},
      Row{10, &Thing::invocation}, Row{11, &Thing::maybe}, Row{300, &Thing::list}, Row{13, &Thing::inner});
};
template <>
struct sup::record::Rows<OldThing> {
  static constexpr auto kRows = std::make_tuple(Row{4, &OldThing::text}, Row{13, &OldThing::inner});
};

namespace {

Thing example() {
  Thing out{.is_good = true,
            .large = std::numeric_limits<std::uint64_t>::max(),
            .low = std::numeric_limits<std::int64_t>::min(),
            .text = std::string("a\0b", 3),
            .colour = Colour::green,
            .plain = Plain::two,
            .time = std::chrono::seconds{-5},
            .since = Instant{std::chrono::hours{3}},
            .run = {77},
            .invocation = {},
            .maybe = 0,
            .list = {{1, "x"}, {}},
            .inner = {7, "y"}};
  out.invocation.bytes[15] = 0xff;
  return out;
}

}  // namespace

TEST_CASE("a struct reads back as it was", "[record]") {
  REQUIRE(record::from_bytes<Thing>(record::to_bytes(example())) == example());
  REQUIRE(record::from_bytes<Thing>(record::to_bytes(Thing{})) == Thing{});
}

TEST_CASE("what is as in a default one takes no room", "[record]") { REQUIRE(record::to_bytes(Thing{}).size() == 1); }

TEST_CASE("programs of different versions read each other's records", "[record]") {
  const auto old = record::from_bytes<OldThing>(record::to_bytes(example()));
  REQUIRE(old);
  REQUIRE(old->text == example().text);
  REQUIRE(old->inner == example().inner);
  const auto later = record::from_bytes<Thing>(record::to_bytes(OldThing{"old", {}}));
  REQUIRE(later);
  REQUIRE(later->text == "old");
  REQUIRE(later->since == Instant::max());
}

TEST_CASE("bytes that are no record are refused, and never read beyond their end", "[record]") {
  const std::string whole = record::to_bytes(example());
  for (std::size_t size = 0; size < whole.size(); ++size)
    REQUIRE_FALSE(record::from_bytes<Thing>(whole.substr(0, size)));
  REQUIRE_FALSE(record::from_bytes<Thing>(std::string(12, '\xff')));
  // A list that says that it is as long as memory is.
  std::string list;
  record::Writer(list).number(std::numeric_limits<std::uint64_t>::max() / 2);
  std::string liar;
  record::Writer writer(liar);
  writer.number(300);
  writer.text(list);
  writer.number(0);
  REQUIRE_FALSE(record::from_bytes<Thing>(liar));
}

TEST_CASE("an enumerator that is not known is no guess", "[record]") {
  std::string name;
  record::Writer(name).text("blue");
  std::string bytes;
  record::Writer writer(bytes);
  writer.number(5);
  writer.text(name);
  writer.number(0);
  REQUIRE_FALSE(record::from_bytes<Thing>(bytes));
}
