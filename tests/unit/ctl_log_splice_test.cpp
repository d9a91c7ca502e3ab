// How the lines of two managers are put together.
#include "ctl/log_splice.hpp"

#include <fmt/format.h>

#include "catch.hpp"
#include "wire/base64.hpp"

using namespace sup;
using namespace sup::ctl;

namespace {

constexpr std::int64_t kBegan = 1'000;

wire::LogRecord line(std::string text, std::optional<std::int64_t> time = {}, std::string service = "web") {
  wire::LogRecord out;
  out.time = time;
  out.service = std::move(service);
  out.stream = "stdout";
  out.run = 1;
  out.line = std::move(text);
  if (!time) out.stream.reset();
  return out;
}

wire::LogRecord err(std::string text, std::int64_t time) {
  wire::LogRecord out = line(std::move(text), time);
  out.stream = "stderr";
  return out;
}

// All that one reader shows.
class Reader {
 public:
  Reader() { (void)splice.arguments(); }

  Reader& gets(std::vector<wire::LogRecord> records, bool caught_up = false) {
    for (const wire::LogRecord& record :
         splice.take({.records = std::move(records), .notes = {}, .caught_up = caught_up}, LogSplice::Last::no))
      shown += wire::line_of(record) + " ";
    return *this;
  }
  Reader& with_another_manager() {
    shown += "| ";
    (void)splice.arguments();
    return *this;
  }

  LogSplice splice{wire::Arguments(), kBegan};
  std::string shown;
};

std::vector<wire::LogRecord> numbered(int first, int last, bool has_times) {
  std::vector<wire::LogRecord> out;
  for (int i = first; i <= last; ++i)
    out.push_back(line(fmt::format("{}", i), has_times ? std::optional<std::int64_t>(kBegan + i) : std::nullopt));
  return out;
}

}  // namespace

TEST_CASE("lines of a raw file are gone on with where the manager before has ended", "[ctl]") {
  Reader reader;
  reader.gets(numbered(1, 3, true), true).gets(numbered(4, 5, true)).with_another_manager();
  reader.gets(numbered(1, 7, false)).gets(numbered(8, 8, true), true).gets(numbered(9, 9, true));
  REQUIRE(reader.shown == "1 2 3 4 5 | 6 7 8 9 ");
  REQUIRE(reader.splice.take_doubtful().empty());
}

TEST_CASE("nothing is shown before another manager has told all that was written before", "[ctl]") {
  Reader reader;
  reader.gets(numbered(1, 3, true), true).with_another_manager().gets(numbered(2, 6, false));
  REQUIRE(reader.shown == "1 2 3 | ");
  reader.gets({}, true);
  REQUIRE(reader.shown == "1 2 3 | 4 5 6 ");
}

TEST_CASE("a line that was read by one manager and kept by the next has another time, and is shown once", "[ctl]") {
  Reader reader;
  reader.gets({line("a", 1'001), line("b", 1'002)}, true).with_another_manager();
  reader.gets({line("b", 1'040), line("c", 1'041)}, true);
  REQUIRE(reader.shown == "a b | c ");
}

TEST_CASE("the same line over and over is told apart by those around it", "[ctl]") {
  Reader reader;
  reader.gets({line("tick", 1'001), line("x", 1'002), line("tick", 1'003), line("tick", 1'004)}, true);
  reader.with_another_manager();
  reader.gets({line("tick"), line("x"), line("tick"), line("tick"), line("tick"), line("y")}, true);
  REQUIRE(reader.shown == "tick x tick tick | tick y ");
}

TEST_CASE("the same words at another time are no sign", "[ctl]") {
  Reader reader;
  reader.gets({line("a", 1'001), line("tick", 1'002)}, true).with_another_manager();
  reader.gets({line("b", 1'050), line("tick", 1'051), line("c", 1'052)}, true);
  REQUIRE(reader.shown == "a tick | b tick c ");
}

TEST_CASE("the streams of a service have places of their own where lines say their stream", "[ctl]") {
  Reader reader;
  reader.gets({line("o1", 1'001), err("e1", 1'002), line("o2", 1'003)}, true).with_another_manager();
  reader.gets({err("e1", 1'002), err("e2", 1'004), line("o1", 1'001), line("o2", 1'003), line("o3", 1'005)}, true);
  REQUIRE(reader.shown == "o1 e1 o2 | e2 o3 ");
}

TEST_CASE("who had shown nothing shows what is younger than the question", "[ctl]") {
  Reader reader;
  reader.gets({line("a", 1'001)}, true).with_another_manager();
  reader.gets({line("old", {}, "db"), line("a"), line("before", 900, "db"), line("new", 1'010, "db")}, true);
  REQUIRE(reader.shown == "a | new ");
}

TEST_CASE("what was asked for at first and had not come yet comes", "[ctl]") {
  Reader reader;
  reader.gets({line("a", 900), line("b", 901)}).with_another_manager();
  reader.gets({line("older", {}, "db"), line("a"), line("b"), line("c", {}, "db"), line("d")}, true);
  REQUIRE(reader.shown == "a b | c d ");
}

TEST_CASE("who had got nothing asks as before", "[ctl]") {
  wire::Arguments asked;
  asked.set("lines", std::int64_t{7});
  LogSplice splice(asked, kBegan);
  (void)splice.arguments();
  REQUIRE(splice.arguments().integer("lines") == 7);
  REQUIRE_FALSE(splice.is_splicing());
}

TEST_CASE("a place that is not found is looked for further back, and then doubted", "[ctl]") {
  Reader reader;
  reader.gets({line("first", 1'001)}, true).with_another_manager();
  const int many = static_cast<int>(LogSplice::kFirstLook);
  reader.gets(numbered(1, many, false), true);
  REQUIRE(reader.splice.must_look_further());
  REQUIRE(reader.splice.arguments().integer("lines") == LogSplice::kFirstLook * LogSplice::kFurther);
  auto lines = numbered(1, many, false);
  lines.push_back(line("young", 2'000));
  reader.gets(std::move(lines), true);
  REQUIRE_FALSE(reader.splice.must_look_further());
  REQUIRE(reader.shown == "first | young ");
  REQUIRE(reader.splice.take_doubtful() == std::vector<std::string>{"web"});
}

TEST_CASE("who follows from now on and has got nothing yet gets what is written meanwhile", "[ctl]") {
  Reader reader;
  reader.gets({}, true).with_another_manager();
  reader.gets({line("old"), line("older", 900), line("new", 1'001)}, true);
  REQUIRE(reader.shown == "| new ");
}

TEST_CASE("more is missing than was asked for, and is looked for further back", "[ctl]") {
  const int many = static_cast<int>(LogSplice::kFirstLook);
  Reader reader;
  reader.gets(numbered(1, 2, true), true).with_another_manager();
  reader.gets(numbered(5, many + 4, true), true);
  REQUIRE(reader.splice.must_look_further());
  REQUIRE(reader.shown == "1 2 | ");
  (void)reader.splice.arguments();
  reader.gets(numbered(1, 4, true)).gets({}, true);
  REQUIRE(reader.shown == "1 2 | 3 4 ");
  REQUIRE(reader.splice.take_doubtful().empty());
}

TEST_CASE("what is all new is not doubted where others were found before it", "[ctl]") {
  Reader reader;
  reader.gets({err("e1", 1'001), line("o1", 1'002)}, true).with_another_manager();
  auto lines = numbered(3, static_cast<int>(LogSplice::kFirstLook) + 2, true);
  lines.insert(lines.begin(), line("o1", 1'002));
  lines.push_back(err("e2", 5'000));
  reader.gets(std::move(lines), true);
  REQUIRE_FALSE(reader.splice.must_look_further());
  REQUIRE(reader.splice.take_doubtful().empty());
  REQUIRE(reader.shown.ends_with(" e2 "));
}

TEST_CASE("where nothing of what was shown is kept any more that is said", "[ctl]") {
  Reader reader;
  reader.gets(numbered(1, 2, true), true).with_another_manager().gets(numbered(5, 6, true), true);
  REQUIRE(reader.shown == "1 2 | 5 6 ");
  REQUIRE(reader.splice.take_doubtful() == std::vector<std::string>{"web"});
}
