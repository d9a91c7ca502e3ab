// Records that outlive who wrote them.
#include "record/store.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <csignal>
#include <cstring>
#include <map>
#include <random>

#include "sys/fd.hpp"
#include "sys/support.hpp"

using sup::UniqueFd;
using sup::record::Key;
using sup::record::Store;
using namespace test;

namespace {

// What the next life finds: a copy, since the first one goes on in some of these tests.
Store reopened(const Store& store) {
  const off_t size = ::lseek(store.file().get(), 0, SEEK_END);
  std::string bytes(static_cast<std::size_t>(size), '\0');
  REQUIRE(::pread(store.file().get(), bytes.data(), bytes.size(), 0) == size);
  UniqueFd copy(::memfd_create("copy", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  REQUIRE(::write(copy.get(), bytes.data(), bytes.size()) == size);
  REQUIRE(::fcntl(copy.get(), F_ADD_SEALS, F_SEAL_SHRINK) == 0);
  return must(Store::open(std::move(copy)));
}

std::map<std::uint64_t, std::string> content(const Store& store, std::uint32_t kind) {
  std::map<std::uint64_t, std::string> out;
  store.for_each([&](const Key& key, std::string_view bytes) {
    if (key.kind == kind) out.emplace(key.id, bytes);
  });
  return out;
}

using Content = std::map<std::uint64_t, std::string>;

}  // namespace

TEST_CASE("records are found again when they were committed", "[record]") {
  Store store = must(Store::create());
  must(store.put({1, 7}, "seven"));
  must(store.put({1, 8}, "eight"));
  must(store.put({2, 7}, std::string(100'000, 'x')));
  REQUIRE(content(reopened(store), 1).empty());
  store.commit();
  must(store.put({1, 7}, "not committed"));
  must(store.erase({1, 8}));
  const Store next = reopened(store);
  REQUIRE(content(next, 1) == Content{{7, "seven"}, {8, "eight"}});
  REQUIRE(next.find({2, 7}).size() == 100'000);
  REQUIRE(next.damaged() == 0);
}

TEST_CASE("a record that was erased never comes back", "[record]") {
  Store store = must(Store::create());
  for (int i = 0; i < 4; ++i) {  // Versions of several sizes, so that old blocks of it are left in the list.
    must(store.put({1, 1}, std::string(static_cast<std::size_t>(50) << i, 'v')));
    store.commit();
  }
  must(store.erase({1, 1}));
  store.commit();
  REQUIRE(store.find({1, 1}).empty());
  for (std::uint64_t id = 10; id < 20; ++id) {
    must(store.put({1, id}, std::string(50, 'w')));
    store.commit();
    const Store next = reopened(store);
    REQUIRE(content(next, 1).count(1) == 0);
    REQUIRE(next.size() == id - 9);
  }
}

TEST_CASE("what was not committed is gone even when its turn's number comes again", "[record]") {
  Store store = must(Store::create());
  must(store.put({1, 1}, "kept"));
  store.commit();
  must(store.put({1, 2}, "lost"));
  Store next = reopened(store);
  must(next.put({1, 3}, "new"));
  next.commit();
  REQUIRE(content(reopened(next), 1) == Content{{1, "kept"}, {3, "new"}});
}

TEST_CASE("blocks are used again", "[record]") {
  Store store = must(Store::create());
  for (int i = 0; i < 100'000; ++i) {
    must(store.put({1, static_cast<std::uint64_t>(i % 10)},
                   std::to_string(i) + std::string(static_cast<std::size_t>(i % 90), '.')));
    if (i % 7 == 0) must(store.erase({1, static_cast<std::uint64_t>(i % 5)}));
    store.commit();
  }
  REQUIRE(::lseek(store.file().get(), 0, SEEK_END) <= 64 * 1024);
}

TEST_CASE("a damaged record costs that record only", "[record]") {
  Store store = must(Store::create());
  for (std::uint64_t id = 0; id < 100; ++id) must(store.put({1, id}, "content of record " + std::to_string(id)));
  store.commit();
  const off_t size = ::lseek(store.file().get(), 0, SEEK_END);
  std::string bytes(static_cast<std::size_t>(size), '\0');
  REQUIRE(::pread(store.file().get(), bytes.data(), bytes.size(), 0) == size);
  const auto hurt = [&](std::size_t at) {
    const char other = static_cast<char>(bytes[at] ^ 0x55);
    REQUIRE(::pwrite(store.file().get(), &other, 1, static_cast<off_t>(at)) == 1);
  };
  hurt(bytes.find("record 42"));
  hurt(bytes.find("content of record 77") - 40);  // The head of its block.
  const Store next = reopened(store);
  const Content left = content(next, 1);
  REQUIRE(left.size() == 98);
  REQUIRE(left.count(42) == 0);
  REQUIRE(left.count(77) == 0);
  REQUIRE(next.damaged() == 2);
}

TEST_CASE("a file that is none of ours is refused", "[record]") {
  REQUIRE_FALSE(Store::open(UniqueFd(::open("/dev/null", O_RDWR | O_CLOEXEC))));
  UniqueFd other(::memfd_create("other", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  REQUIRE(::ftruncate(other.get(), 4096) == 0);
  REQUIRE_FALSE(Store::open(must(sup::sys::dup_cloexec_above_stdio(other.get()))));  // It could be made smaller.
  REQUIRE(::fcntl(other.get(), F_ADD_SEALS, F_SEAL_SHRINK) == 0);
  REQUIRE_FALSE(Store::open(std::move(other)));
  Store newer = must(Store::create());
  const std::uint32_t layout = 999;
  REQUIRE(::pwrite(newer.file().get(), &layout, sizeof layout, 8) == sizeof layout);
  const auto refused = Store::open(must(sup::sys::dup_cloexec_above_stdio(newer.file().get())));
  REQUIRE_FALSE(refused);
  REQUIRE(refused.error().what.find("layout 999") != std::string::npos);
}

TEST_CASE("a record that is too large is refused, and the one before it stays", "[record]") {
  Store store = must(Store::create());
  must(store.put({1, 1}, "small"));
  store.commit();
  REQUIRE_FALSE(store.put({1, 1}, std::string(Store::kMostRecordBytes + 1, 'x')));
  store.commit();
  REQUIRE(reopened(store).find({1, 1}) == "small");
}

TEST_CASE("a copy of records is what is in force, and nothing of those that are being written is changed", "[record]") {
  Store store = must(Store::create());
  must(store.put({1, 7}, "seven"));
  store.commit();
  must(store.put({1, 7}, "seven, later"));
  must(store.put({1, 8}, "eight"));
  {
    Store copy = must(Store::open_copy(must(sup::sys::dup_cloexec_above_stdio(store.file().get()))));
    REQUIRE(content(copy, 1) == Content{{7, "seven"}});
    must(copy.put({1, 9}, "nine"));
    copy.commit();
  }
  REQUIRE(content(reopened(store), 1) == Content{{7, "seven"}});
  store.commit();
  REQUIRE(content(reopened(store), 1) == Content{{7, "seven, later"}, {8, "eight"}});
  REQUIRE_FALSE(Store::open_copy(UniqueFd(::open("/dev/null", O_RDWR | O_CLOEXEC))));
}

// Each turn writes its number into some of the records, and into record 0; who wrote them is killed in the middle.
TEST_CASE("whoever is killed at any moment leaves what the last commit had", "[record]") {
  Store store = must(Store::create());
  std::mt19937 chance(1);
  for (int round = 0; round < 300; ++round) {
    const pid_t child = ::fork();
    if (child == 0) {
      Store mine = *Store::open(UniqueFd(::dup(store.file().get())));
      std::uint64_t turn = mine.find({1, 0}).empty() ? 0 : std::stoull(std::string(mine.find({1, 0})));
      for (;;) {
        ++turn;
        const std::string text = std::to_string(turn);
        // The id and the size of a record tell which turns it was written in: all that divide by it.
        for (std::uint64_t id = 1; id <= 30; ++id)
          if (turn % id == 0 && !mine.put({1, id}, text + std::string(turn % 200, '.'))) ::_exit(1);
        if (!mine.put({1, 0}, text)) ::_exit(1);
        mine.commit();
      }
    }
    std::uniform_int_distribution<int> moment(0, 2'000);
    ::usleep(static_cast<useconds_t>(moment(chance)));
    REQUIRE(::kill(child, SIGKILL) == 0);
    REQUIRE(::waitpid(child, nullptr, 0) == child);
    const Store next = reopened(store);
    REQUIRE(next.damaged() == 0);
    const Content left = content(next, 1);
    if (left.empty()) continue;
    const std::uint64_t turn = std::stoull(left.at(0));
    for (std::uint64_t id = 1; id <= 30; ++id) {
      const std::uint64_t last = turn / id * id;
      INFO("record " << id << " of turn " << turn);
      if (last == 0)
        REQUIRE(left.count(id) == 0);
      else
        REQUIRE(left.at(id) == std::to_string(last) + std::string(last % 200, '.'));
    }
  }
}
