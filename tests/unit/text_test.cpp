#include "base/text.hpp"

#include <chrono>
#include <random>
#include <string>
#include <vector>

#include "catch.hpp"

using namespace sup;
using namespace std::chrono_literals;
using Words = std::vector<std::string>;

namespace {

// Any bytes but NUL, with those that matter to a shell more often than others.
std::string random_bytes(std::mt19937& random, std::size_t longest) {
  static constexpr std::string_view kLikely = " \t\n\\'\"$`|&;<>()*?[]#~=%!{}";
  std::string out;
  for (std::size_t left = random() % (longest + 1); left > 0; --left)
    out += random() % 2 == 0 ? kLikely[random() % kLikely.size()] : static_cast<char>(1 + random() % 255);
  return out;
}

std::string why_not(const Result<Duration>& result) { return result ? "accepted" : result.error().what; }

}  // namespace

TEST_CASE("durations are read by their units") {
  const auto [text, expected] =
      GENERATE(table<std::string, Duration>({{"0", 0ns},
                                             {"0s", 0ns},
                                             {"1ns", 1ns},
                                             {"7us", 7us},
                                             {"500ms", 500ms},
                                             {"10s", 10s},
                                             {"2m", 2min},
                                             {"1h30m", 90min},
                                             {"7d", 168h},
                                             {"1d1h1m1s1ms1us1ns", 25h + 1min + 1s + 1ms + 1us + 1ns},
                                             {"36525d", 876'600h}}));
  REQUIRE(parse_duration(text) == expected);
}

TEST_CASE("what is no duration is refused with a reason") {
  for (const char* text : {"", "10", "s", "5 s", " 5s", "5s ", "-5s", "+5s", "1.5s", "5S", "1s1s", "1s1m", "1h 30m",
                           "36526d", "99999999999999999999s", "9223372036854775807d", "5sec", "0x5s", "5\0s"}) {
    INFO(text);
    const auto result = parse_duration(text);
    REQUIRE_FALSE(result.has_value());
    REQUIRE(result.error().code == Errc::invalid);
    REQUIRE(result.error().what.find("is not a duration") != std::string::npos);
  }
  REQUIRE(why_not(parse_duration("10")).find("unit is missing") != std::string::npos);
  REQUIRE(why_not(parse_duration(std::string(1'000'000, '9') + "s")).size() < 200);
}

TEST_CASE("a duration is written short and reads back as itself") {
  REQUIRE(format_duration(0ns) == "0s");
  REQUIRE(format_duration(1500ms) == "1500ms");
  REQUIRE(format_duration(10s) == "10s");
  REQUIRE(format_duration(90min) == "1h30m");
  REQUIRE(format_duration(60s) == "1m");
  REQUIRE(format_duration(168h) == "7d");
  REQUIRE(format_duration(Duration::min()) == "-9223372036854775808ns");
  std::mt19937_64 random(1);
  constexpr std::int64_t kLongest = 36'525LL * 86'400 * 1'000'000'000;
  for (int i = 0; i < 20'000; ++i) {
    const std::int64_t unit =
        std::vector<std::int64_t>{1, 1'000, 1'000'000, 1'000'000'000, 60'000'000'000}[random() % 5];
    const Duration duration{static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(kLongest / unit)) * unit};
    INFO(format_duration(duration));
    REQUIRE(parse_duration(format_duration(duration)) == duration);
  }
}

TEST_CASE("durations for people have two units at most") {
  REQUIRE(human_duration(0ns) == "0 s");
  REQUIRE(human_duration(350ms) == "350 ms");
  REQUIRE(human_duration(1234ms) == "1.2 s");
  REQUIRE(human_duration(59'900ms) == "59 s");
  REQUIRE(human_duration(185s) == "3 min 5 s");
  REQUIRE(human_duration(120s) == "2 min");
  REQUIRE(human_duration(2h + 10min + 59s) == "2 h 10 min");
  REQUIRE(human_duration(99h + 30min) == "4 d 3 h");
  REQUIRE(human_duration(-5s) == "-5.0 s");
  REQUIRE_FALSE(human_duration(Duration::min()).empty());
}

TEST_CASE("sizes are read by their units") {
  const auto [text, expected] =
      GENERATE(table<std::string, std::uint64_t>({{"0", 0},
                                                  {"4096", 4096},
                                                  {"5B", 5},
                                                  {"10MB", 10'000'000},
                                                  {"1kB", 1'000},
                                                  {"1KB", 1'000},
                                                  {"64MiB", 64U << 20},
                                                  {"1.5GiB", 1'610'612'736},
                                                  {"0.25KiB", 256},
                                                  {"18446744073709551615", ~std::uint64_t{0}}}));
  REQUIRE(parse_size(text) == expected);
}

TEST_CASE("what is no size is refused") {
  for (const char* text : {"", "MiB", "-1", "1 MiB", "1mib", "1.", ".5MiB", "1.0000001MiB", "0.3B", "1.3KiB",
                           "18446744073709551616", "16777216TiB", "1..5MiB", "1MiBx", "1e3"}) {
    INFO(text);
    REQUIRE_FALSE(parse_size(text).has_value());
  }
}

TEST_CASE("a size is written in the largest unit that divides it and reads back as itself") {
  REQUIRE(format_size(0) == "0");
  REQUIRE(format_size(1500) == "1500");
  REQUIRE(format_size(65536) == "64KiB");
  REQUIRE(format_size(10'000'000) == "10MB");
  std::mt19937_64 random(2);
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t bytes = random() >> (random() % 64);
    REQUIRE(parse_size(format_size(bytes)) == bytes);
  }
}

TEST_CASE("a command line is split by the shell's word rules") {
  const auto [line, words] = GENERATE(
      table<std::string, Words>({{"", {}},
                                 {"  \t ", {}},
                                 {"a  b\tc", {"a", "b", "c"}},
                                 {"a 'b c' d", {"a", "b c", "d"}},
                                 {"''", {""}},
                                 {"a\"\"", {"a"}},
                                 {"\"a b\"'c d'e", {"a bc de"}},
                                 {"a\\ b", {"a b"}},
                                 {"\"\\$ \\` \\\" \\\\ \\n\"", {"$ ` \" \\ \\n"}},
                                 {"'\\n'", {"\\n"}},
                                 {"a\\\nb", {"ab"}},
                                 {"\"a\\\nb\nc\"", {"ab\nc"}},
                                 {"$HOME ${X} %d * ~ # {a,b}", {"$HOME", "${X}", "%d", "*", "~", "#", "{a,b}"}},
                                 {"'|&;<>()`'", {"|&;<>()`"}}}));
  const auto result = split_words(line);
  REQUIRE(result.has_value());
  REQUIRE(*result == words);
}

TEST_CASE("a command line that needs a shell or is not closed is refused") {
  for (const char* line :
       {"a | b", "a && b", "a; b", "a < b", "a >b", "(a)", "`a`", "a\nb", "'a", "\"a", "a\\", "\"a\\\""}) {
    INFO(line);
    REQUIRE_FALSE(split_words(line).has_value());
  }
  REQUIRE(split_words("a | b").error().what.find("no shell is run") != std::string::npos);
}

TEST_CASE("quoted words read back as themselves") {
  REQUIRE(quote_words(Words{"nginx", "-g", "daemon off;"}) == "nginx -g 'daemon off;'");
  REQUIRE(quote_words(Words{"A=1", "--x=y", ""}) == "'A=1' --x=y ''");
  REQUIRE(quote_words(Words{"it's"}) == "'it'\\''s'");
  std::mt19937 random(3);
  for (int i = 0; i < 5'000; ++i) {
    Words words;
    for (std::size_t left = random() % 6; left > 0; --left) words.push_back(random_bytes(random, 12));
    const auto result = split_words(quote_words(words));
    REQUIRE(result.has_value());
    REQUIRE(*result == words);
  }
}

TEST_CASE("splitting hostile lines ends and never invents words") {
  std::mt19937 random(4);
  for (int i = 0; i < 20'000; ++i) {
    const std::string line = random_bytes(random, 40);
    const auto result = split_words(line);
    std::size_t total = 0;
    if (result)
      for (const std::string& word : *result) total += word.size();
    REQUIRE(total <= line.size());
  }
}

TEST_CASE("patterns match whole names") {
  const auto [pattern, name, expected] = GENERATE(table<std::string, std::string, bool>({
      {"web", "web", true},
      {"web", "web2", false},
      {"", "", true},
      {"", "a", false},
      {"*", "", true},
      {"*", "anything", true},
      {"w*b", "web", true},
      {"w*b", "webs", false},
      {"w?b", "web", true},
      {"w?b", "wb", false},
      {"[a-c]x", "bx", true},
      {"[!a-c]x", "bx", false},
      {"[]a]", "]", true},
      {"[!]a]", "b", true},
      {"[a", "[a", true},
      {"\\*", "*", true},
      {"\\*", "x", false},
      {"a\\", "a\\", true},
      {"[\\]]", "]", true},
      {"[a-]", "-", true},
      {"*a*b*c*", "xaxbxcx", true},
      {"*a*b*c*", "xcxbxax", false},
      {"worker@*", "worker@2", true},
      {"**", "x", true},
      {"a*", "", false},
      {"?", "", false},
      {"[z-a]", "m", false},
  }));
  INFO(pattern << " on " << name);
  REQUIRE(glob_match(pattern, name) == expected);
}

TEST_CASE("a pattern full of stars does not take for ever") {
  std::string pattern;
  for (int i = 0; i < 50; ++i) pattern += "*a";
  REQUIRE_FALSE(glob_match(pattern + "b", std::string(5'000, 'a')));
}

TEST_CASE("only unescaped special characters make a pattern") {
  REQUIRE(is_glob("a*"));
  REQUIRE(is_glob("a?"));
  REQUIRE(is_glob("[ab]"));
  REQUIRE_FALSE(is_glob("a\\*\\?\\["));
  REQUIRE_FALSE(is_glob("web-1.x"));
  REQUIRE_FALSE(is_glob("a\\"));
}

TEST_CASE("edit distance counts insertions, deletions, replacements and swaps") {
  REQUIRE(edit_distance("", "") == 0);
  REQUIRE(edit_distance("", "abc") == 3);
  REQUIRE(edit_distance("restart", "restrat") == 1);
  REQUIRE(edit_distance("restart", "restar") == 1);
  REQUIRE(edit_distance("kitten", "sitting") == 3);
  std::mt19937 random(5);
  for (int i = 0; i < 2'000; ++i) {
    const std::string a = random_bytes(random, 8), b = random_bytes(random, 8);
    REQUIRE(edit_distance(a, b) == edit_distance(b, a));
    REQUIRE(edit_distance(a, b) <= std::max(a.size(), b.size()));
    REQUIRE((edit_distance(a, b) == 0) == (a == b));
  }
}

TEST_CASE("the nearest word is one that was probably meant") {
  const std::vector<std::string_view> keys = {"restart", "requires", "env", "env-file", "user", "umask"};
  REQUIRE(nearest("restrat", keys) == "restart");
  REQUIRE(nearest("require", keys) == "requires");
  REQUIRE(nearest("envfile", keys) == "env-file");
  REQUIRE(nearest("env", keys) == "env");
  REQUIRE_FALSE(nearest("xyz", keys).has_value());
  REQUIRE_FALSE(nearest("command", keys).has_value());
  REQUIRE_FALSE(nearest("", keys).has_value());
  REQUIRE_FALSE(nearest(std::string(1'000'000, 'r'), keys).has_value());
}

TEST_CASE("bytes are made visible") {
  REQUIRE(printable("a\nb") == "a\\x0ab");
  REQUIRE(printable("it's \"x\" \\") == "it\\'s \\\"x\\\" \\\\");
  REQUIRE(printable("größe 日本") == "größe 日本");
  REQUIRE(printable("\xff\xc3") == "\\xff\\xc3");
  REQUIRE(printable("\x1b[31m") == "\\x1b[31m");
  REQUIRE(printable("\xc2\x9b") == "\\xc2\\x9b");
  REQUIRE(printable("\xe2\x80\xae") == "\\xe2\\x80\\xae");
  REQUIRE(printable("abcdef", 5) == "ab...");
  REQUIRE(printable("abcde", 5) == "abcde");
  REQUIRE(printable("abcde", 2) == "..");
  REQUIRE(printable("ab", 0).empty());
}

TEST_CASE("what is printable is short, valid and without controls, whatever went in") {
  std::mt19937 random(6);
  for (int i = 0; i < 20'000; ++i) {
    const std::size_t limit = random() % 50;
    const std::string shown = printable(random_bytes(random, 60), limit);
    REQUIRE(shown.size() <= limit);
    REQUIRE(is_utf8(shown));
    for (const char c : shown) REQUIRE((static_cast<unsigned char>(c) >= 0x20 && c != 0x7f));
  }
}

TEST_CASE("UTF-8 is judged by RFC 3629") {
  for (const char* good : {"", "abc", "ä", "€", "😀", "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf"}) REQUIRE(is_utf8(good));
  for (const char* bad : {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80",
                          "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x82", "\xc3", "\xfe"})
    REQUIRE_FALSE(is_utf8(bad));
}
