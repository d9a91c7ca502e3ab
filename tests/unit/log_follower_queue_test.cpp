// A reader's queue: bounds, order, and exact counts of what was missed.
#include "log/follower_queue.hpp"

#include <random>
#include <string>

#include "catch.hpp"

namespace {

using sup::log::Block;
using sup::log::FollowerQueue;
using sup::log::Origin;
using sup::log::TakeResult;

Origin origin(std::uint64_t sequence) { return {.sequence = sequence}; }

// Pushes the lines `first` to `last` as their numbers.
void push_numbers(FollowerQueue& queue, std::uint64_t first, std::uint64_t last) {
  std::string bytes;
  for (std::uint64_t number = first; number <= last; ++number) bytes += std::to_string(number) + "\n";
  queue.push(origin(first), "web", Block{bytes, static_cast<std::uint32_t>(last - first + 1), {}});
}

}  // namespace

TEST_CASE("follower queue: gives lines without their ends, with all that is known of them") {
  FollowerQueue queue(1000);
  const Origin from{sup::WallTime{sup::Duration{5}}, 1, sup::RunId{3}, sup::InstanceId{4}, sup::log::Stream::err};
  queue.push(from, "web", Block{"one\n\nthree", 3, {.continuation = true, .truncated = true}});
  const TakeResult taken = queue.take(1000);
  REQUIRE(taken.missed == 0);
  REQUIRE_FALSE(taken.at_end);
  REQUIRE(taken.records.size() == 3);
  REQUIRE(taken.records[0].bytes == "one");
  REQUIRE(taken.records[0].marks == sup::log::Marks{true, false});
  REQUIRE(taken.records[1].bytes.empty());
  REQUIRE(taken.records[1].marks == sup::log::Marks{});
  REQUIRE(taken.records[2].bytes == "three");
  REQUIRE(taken.records[2].marks == sup::log::Marks{false, true});
  REQUIRE(taken.records[2].name == "web");
  REQUIRE(taken.records[2].time == from.time);
  REQUIRE(taken.records[2].run == from.run);
  REQUIRE(taken.records[2].service == from.service);
  REQUIRE(taken.records[2].stream == from.stream);
  REQUIRE(queue.is_empty());
}

TEST_CASE("follower queue: what is taken stays valid when the result moves") {
  FollowerQueue queue(1000);
  queue.push(origin(1), "a", Block{"x\n", 1, {}});
  TakeResult taken = queue.take(1000);
  const TakeResult moved = std::move(taken);
  queue.push(origin(2), "b", Block{"y\n", 1, {}});
  REQUIRE(moved.records.at(0).bytes == "x");
  REQUIRE(moved.records.at(0).name == "a");
}

TEST_CASE("follower queue: a take keeps to its bound by whole lines, but gives one at least") {
  FollowerQueue queue(1000);
  push_numbers(queue, 10, 14);
  REQUIRE(queue.take(3 + 3 + 3).records.size() == 2);
  REQUIRE(queue.take(0).records.size() == 1);
  REQUIRE(queue.take(1000).records.size() == 2);
  REQUIRE(queue.take(1000).records.empty());
}

TEST_CASE("follower queue: is at its end when it is closed and empty") {
  FollowerQueue queue(1000);
  push_numbers(queue, 1, 2);
  queue.close();
  REQUIRE_FALSE(queue.take(1).at_end);
  REQUIRE(queue.take(100).at_end);
  REQUIRE(queue.take(100).at_end);
}

TEST_CASE("follower queue: an overflow loses the oldest lines and says how many") {
  FollowerQueue queue(300);
  for (std::uint64_t number = 1; number <= 100; ++number) push_numbers(queue, number, number);
  const TakeResult taken = queue.take(10'000);
  REQUIRE(taken.missed > 0);
  REQUIRE(taken.records.size() + taken.missed == 100);
  REQUIRE(taken.records.front().bytes == std::to_string(taken.missed + 1));
  REQUIRE(taken.records.back().bytes == "100");
}

TEST_CASE("follower queue: every line is handed over or missed, in its place, whatever the sizes") {
  std::mt19937 random(13);
  for (int round = 0; round < 300; ++round) {
    FollowerQueue queue(60 + random() % 2000);
    std::uint64_t pushed = 0;
    std::uint64_t seen = 0;
    const auto take = [&](std::size_t max_bytes) {
      const TakeResult taken = queue.take(max_bytes);
      seen += taken.missed;
      for (const auto& record : taken.records) REQUIRE(record.bytes == std::to_string(++seen));
    };
    for (int step = 0; step < 200; ++step) {
      if (random() % 3 != 0) {
        const std::uint64_t count = 1 + random() % 40;
        push_numbers(queue, pushed + 1, pushed + count);
        pushed += count;
      } else {
        take(random() % 400);
      }
    }
    take(100'000);
    REQUIRE(seen == pushed);
  }
}
