// The ledger of the log: what one life leaves in it is what the next one finds, whatever became of it meanwhile.
#include "log/ledger.hpp"

#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <random>

#include "catch.hpp"

using namespace sup;
using namespace sup::log;

namespace {

// The memory, which outlives each Ledger, as somebody else sees it.
struct Kept {
  UniqueFd file = *create_ledger();
  char* data = static_cast<char*>(::mmap(nullptr, kLedgerBytes, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0));
  Kept() { REQUIRE(data != MAP_FAILED); }
  ~Kept() { (void)::munmap(data, kLedgerBytes); }
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;

  [[nodiscard]] std::unique_ptr<Ledger> open() const {
    auto opened = Ledger::open(file.get(), {}, {});
    REQUIRE(opened.has_value());
    return *std::move(opened);
  }
  [[nodiscard]] char* find(std::string_view text) const {
    char* const from = data + kLedgerHalvesAt;
    char* const found = std::search(from, data + kLedgerBytes, text.begin(), text.end());
    REQUIRE(found != data + kLedgerBytes);
    return found;
  }
  [[nodiscard]] std::size_t memory() const {
    struct stat status{};
    REQUIRE(::fstat(file.get(), &status) == 0);
    return static_cast<std::size_t>(status.st_blocks) * 512;
  }
};

void hold(Ledger& ledger, const std::string& key, const std::string& text) {
  LedgerAccount& input = ledger.input(key);
  ledger.begin_step(input, Todo::flush, {});
  Carry carry;
  carry.held = text;
  ledger.end_step(input, carry);
}

std::string held(Ledger& ledger, const std::string& key) {
  const auto carry = ledger.take_up(key);
  return carry ? carry->held : "nothing";
}

}  // namespace

TEST_CASE("ledger: what an input carries is found by the next life, until it carries nothing") {
  const Kept kept;
  {
    auto ledger = kept.open();
    hold(*ledger, "a", "half a line");
    hold(*ledger, "b", "first");
    LedgerAccount& input = ledger->input("b");
    REQUIRE(ledger->begin_read(input, {}, 5, 100).size() == 5);
    ledger->taken(5);
    ledger->end_step(input, " more");
    hold(*ledger, "c", "gone soon");
    hold(*ledger, "c", "");
  }
  for (int life = 0; life < 3; ++life) {
    auto ledger = kept.open();
    REQUIRE(ledger->take_troubles().empty());
    REQUIRE(held(*ledger, "a") == "half a line");
    REQUIRE(held(*ledger, "a") == "nothing");  // It is taken up once in each life.
    REQUIRE(held(*ledger, "b") == "first more");
    REQUIRE(held(*ledger, "c") == "nothing");
  }
  kept.open()->leave(kept.open()->input("a"));
}

TEST_CASE("ledger: all of what a carry has comes back") {
  const Kept kept;
  Carry carry;
  carry.held = "held";
  carry.is_continuing = carry.has_return = carry.has_record = carry.has_found = true;
  carry.record = "one\n  more";
  carry.record_time = WallTime{std::chrono::seconds{12}};
  carry.record_marks = {true, true};
  carry.missing_lines = 3;
  carry.missing_bytes = 40;
  {
    auto ledger = kept.open();
    ledger->begin_step(ledger->input("a"), Todo::look, {});
    ledger->end_step(ledger->input("a"), carry);
  }
  const auto found = kept.open()->take_up("a");
  REQUIRE(found.has_value());
  REQUIRE(found->held == carry.held);
  REQUIRE((found->is_continuing && found->has_return && found->has_record && found->has_found));
  REQUIRE(found->record == carry.record);
  REQUIRE(found->record_time == carry.record_time);
  REQUIRE(found->record_marks == carry.record_marks);
  REQUIRE(found->missing_lines == 3);
  REQUIRE(found->missing_bytes == 40);
  REQUIRE(found->todo == Todo::nothing);
}

TEST_CASE("ledger: of a read that was killed it is known how much has come") {
  const Kept kept;
  const std::string text = "some bytes that have come from a pipe\n";
  const auto read = [&](std::size_t available, std::size_t come) {
    {
      auto ledger = kept.open();
      LedgerAccount& input = ledger->input("a");
      ledger->begin_step(input, Todo::look, {});
      ledger->end_step(input, Carry{});
      // What an earlier read has left there is not taken for what has come.
      const std::span<char> place = ledger->begin_read(input, {}, available, 4096);
      std::copy_n(text.begin(), come, place.begin());
    }
    auto ledger = kept.open();
    const auto carry = ledger->take_up("a");
    ledger->leave(ledger->input("a"));
    return carry ? carry->raw : "";
  };
  for (std::size_t size = 0; size <= text.size(); ++size) REQUIRE(read(0, size) == text.substr(0, size));
  for (std::size_t size = 1; size <= text.size(); ++size) {
    REQUIRE(read(size, size) == text.substr(0, size));
    REQUIRE(read(size, 0).empty());
  }
}

TEST_CASE("ledger: what was put for a reader and not sent is found, in pieces or in bytes") {
  const Kept kept;
  {
    auto ledger = kept.open();
    LedgerAccount& pipe = ledger->outbox(kStandardOutput);
    ledger->put(pipe, "one\n");
    ledger->put(pipe, "two\n");
    ledger->put(pipe, "three\n");
    ledger->sent(pipe, 6);
    LedgerAccount& messages = ledger->outbox("syslog");
    ledger->put(messages, "first");
    ledger->put(messages, "second");
    ledger->sent_piece(messages);
  }
  for (int life = 0; life < 2; ++life) {
    auto ledger = kept.open();
    std::string all;
    for (const std::string& piece : ledger->take_unsent(kStandardOutput)) all += piece;
    REQUIRE(all == "o\nthree\n");
    REQUIRE(ledger->take_unsent("syslog") == std::vector<std::string>{"second"});
  }
}

TEST_CASE("ledger: a damaged record costs that record alone, and that is told") {
  const Kept kept;
  {
    auto ledger = kept.open();
    hold(*ledger, "a", "text of the first");
    hold(*ledger, "b", "text of the second");
    hold(*ledger, "c", "text of the third");
  }
  *kept.find("text of the second") = 'T';
  auto ledger = kept.open();
  const auto troubles = ledger->take_troubles();
  REQUIRE(troubles.size() == 1);
  REQUIRE(troubles[0].find("1 damaged record;") != std::string::npos);
  REQUIRE(held(*ledger, "a") == "text of the first");
  REQUIRE(held(*ledger, "b") == "nothing");
  REQUIRE(held(*ledger, "c") == "text of the third");
  REQUIRE(kept.open()->take_troubles().empty());
}

TEST_CASE("ledger: one of another version is begun anew, and that is told") {
  const Kept kept;
  hold(*kept.open(), "a", "text");
  reinterpret_cast<LedgerHead*>(kept.data)->version = kLedgerVersion + 1;
  {
    auto ledger = kept.open();
    REQUIRE(ledger->take_troubles().size() == 1);
    REQUIRE(held(*ledger, "a") == "nothing");
    hold(*ledger, "b", "text");
  }
  auto ledger = kept.open();
  REQUIRE(ledger->take_troubles().empty());
  REQUIRE(held(*ledger, "b") == "text");
}

TEST_CASE("ledger: what is no ledger is refused") {
  const auto other = sys::make_memory_file("other", 4096);
  REQUIRE(other.has_value());
  const auto opened = Ledger::open(other->get(), {}, {});
  REQUIRE(!opened.has_value());
  REQUIRE(opened.error().code == Errc::invalid);
}

TEST_CASE("ledger: no damage keeps it from being opened") {
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    const Kept kept;
    {
      auto ledger = kept.open();
      for (const char* key : {"a", "b", "c"}) hold(*ledger, key, std::string(random() % 300, 'x'));
      ledger->put(ledger->outbox("/nowhere/x"), "text");
      (void)ledger->begin_read(ledger->input("a"), {}, random() % 50, 4096);
    }
    const std::size_t places[] = {sizeof(LedgerHead), kLedgerHalvesAt + 2048,
                                  kLedgerHalvesAt + kLedgerHalfBytes + 2048};
    for (int i = 0; i < 20; ++i) {
      const std::size_t place = random() % 3;
      const std::size_t from =
          place == 0 ? 16 : places[place] - 2048;  // The magic and the version were looked at above.
      kept.data[from + random() % (places[place] - from)] = static_cast<char>(random());
    }
    (void)kept.open();
    REQUIRE(kept.open()->take_troubles().empty());
  }
}

TEST_CASE("ledger: it takes memory for what it has, not for what it had") {
  const Kept kept;
  {
    auto ledger = kept.open();
    hold(*ledger, "quiet", "still here");
    LedgerAccount& pipe = ledger->outbox(kStandardOutput);
    for (int i = 0; i < 20'000; ++i) {
      hold(*ledger, "busy", "half of line " + std::to_string(i));
      ledger->put(pipe, std::string(1000, 'x'));
      ledger->sent(pipe, 1000);
    }
    hold(*ledger, "large", std::string(6'000'000, 'y'));
    hold(*ledger, "large", "");
    for (int i = 0; i < 20'000; ++i) ledger->put(pipe, std::string(1000, 'x')), ledger->sent(pipe, 1000);
    REQUIRE(kept.memory() < 4'000'000);
  }
  auto ledger = kept.open();
  REQUIRE(held(*ledger, "quiet") == "still here");
  REQUIRE(held(*ledger, "busy") == "half of line 19999");
  REQUIRE(held(*ledger, "large") == "nothing");
  REQUIRE(ledger->take_unsent(kStandardOutput).empty());
}

TEST_CASE("ledger: what it has no room for ends it, which is told once, and the next life finds nothing wrong") {
  const Kept kept;
  {
    auto ledger = kept.open();
    hold(*ledger, "a", "text");
    hold(*ledger, "large", std::string(kLedgerHalfBytes, 'x'));
    REQUIRE(ledger->take_troubles().size() == 1);
    hold(*ledger, "a", "other text");
    ledger->put(ledger->outbox(kStandardOutput), "text");
    REQUIRE(ledger->take_troubles().empty());
  }
  auto ledger = kept.open();
  REQUIRE(ledger->take_troubles().empty());
  REQUIRE(held(*ledger, "a") == "nothing");
  REQUIRE(ledger->take_unsent(kStandardOutput).empty());
}

TEST_CASE("ledger: how far a step has come is known though the journal was copied meanwhile") {
  const Kept kept;
  {
    auto ledger = kept.open();
    LedgerAccount& pipe = ledger->outbox(kStandardOutput);
    (void)ledger->begin_read(ledger->input("a"), {}, 20, 4096);
    ledger->taken(20);
    ledger->stage(0, pipe, 10);
    ledger->stage_missing(pipe, 2, 30);
    for (int i = 0; i < 1000; ++i) {
      ledger->put(pipe, std::string(1000, 'x'));
      ledger->sent(pipe, 1000);
    }
  }
  const auto carry = kept.open()->take_up("a");
  REQUIRE(carry.has_value());
  REQUIRE(carry->raw.size() == 20);
  REQUIRE(carry->progress.done[0] == 10);
  REQUIRE(carry->missing_lines == 2);
  REQUIRE(carry->missing_bytes == 30);
}
