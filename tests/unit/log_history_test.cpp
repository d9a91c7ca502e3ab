// Catching up: merging rings, the last lines, and what is dropped meanwhile.
#include "log/history.hpp"

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "catch.hpp"

namespace {

using sup::log::Block;
using sup::log::Follow;
using sup::log::FollowerQueue;
using sup::log::FollowRequest;
using sup::log::History;
using sup::log::NamedRing;
using sup::log::Origin;
using sup::log::Ring;

// Services whose lines are numbered in the order of arrival.
struct World {
  explicit World(std::size_t services, std::size_t ring_bytes = 1 << 16) : rings(services, ring_bytes) {
    for (const auto& ring : rings) named.push_back({ring.get(), "s"});
  }

  void write(std::size_t service, unsigned lines, History* history = nullptr) {
    std::string bytes;
    for (unsigned line = 0; line < lines; ++line) bytes += std::to_string(++last_line) + "\n";
    const Origin origin{.time = sup::WallTime{std::chrono::seconds{++sequence}},
                        .sequence = sequence,
                        .service = sup::InstanceId{static_cast<std::uint32_t>(service)},
                        .stream = service % 2 == 0 ? sup::log::Stream::out : sup::log::Stream::err};
    rings[service]->append(origin, {}, Block{bytes, lines, {}}, [&](const Ring::Dropped& dropped) {
      dropped_lines += dropped.lines;
      if (history != nullptr) history->on_drop(dropped);
    });
  }

  struct Rings : std::vector<std::unique_ptr<Ring>> {
    Rings(std::size_t count, std::size_t bytes) {
      for (std::size_t i = 0; i < count; ++i) push_back(std::make_unique<Ring>(bytes));
    }
  };
  Rings rings;
  std::vector<NamedRing> named;
  std::uint64_t sequence = 0;
  std::uint64_t last_line = 0;
  std::uint64_t dropped_lines = 0;
};

// Reads to the end of what there is.
std::vector<std::string> read_all(const World& world, const FollowRequest& request, std::size_t queue_bytes = 1 << 20) {
  History history(request, world.named, world.sequence + 1);
  FollowerQueue queue(queue_bytes);
  std::vector<std::string> lines;
  for (;;) {
    const History::Progress progress = history.pump(world.named, queue);
    const auto taken = queue.take(1 << 20);
    REQUIRE(taken.missed == 0);
    for (const auto& record : taken.records) lines.emplace_back(record.bytes);
    if (progress == History::Progress::caught_up) return lines;
    REQUIRE_FALSE(taken.records.empty());
  }
}

}  // namespace

TEST_CASE("history: merges services by order of arrival") {
  World world(3);
  world.write(2, 1);
  world.write(0, 2);
  world.write(1, 1);
  world.write(2, 1);
  REQUIRE(read_all(world, {}) == std::vector<std::string>{"1", "2", "3", "4", "5"});
}

TEST_CASE("history: the last lines are those of all services together") {
  World world(3);
  for (int i = 0; i < 5; ++i) {
    world.write(0, 2);
    world.write(1, 3);
  }
  REQUIRE(read_all(world, {.services = {}, .last_lines = 4}) == std::vector<std::string>{"22", "23", "24", "25"});
  REQUIRE(read_all(world, {.services = {}, .last_lines = 3}) == std::vector<std::string>{"23", "24", "25"});
  REQUIRE(read_all(world, {.services = {}, .last_lines = 0}).empty());
  REQUIRE(read_all(world, {.services = {}, .last_lines = 1000}).size() == 25);
}

TEST_CASE("history: filters by stream and time before it counts") {
  World world(2);
  for (int i = 0; i < 4; ++i) {
    world.write(0, 1);
    world.write(1, 1);
  }
  FollowRequest request{.last_lines = 2, .since = {}, .streams = sup::log::StreamFilter::err};
  REQUIRE(read_all(world, request) == std::vector<std::string>{"6", "8"});
  request = {.last_lines = {}, .since = sup::WallTime{std::chrono::seconds{6}}};
  REQUIRE(read_all(world, request) == std::vector<std::string>{"6", "7", "8"});
}

TEST_CASE("history: much more than the queue holds comes through it in turns") {
  World world(4);
  for (unsigned i = 0; i < 400; ++i) world.write(i % 4, 1 + i % 7);
  REQUIRE(world.dropped_lines == 0);
  const auto lines = read_all(world, {}, 200);
  REQUIRE(lines.size() == world.last_line);
  for (std::size_t i = 0; i < lines.size(); ++i) REQUIRE(lines[i] == std::to_string(i + 1));
}

TEST_CASE("history: a reader who does not stay ends where it began") {
  World world(1);
  world.write(0, 3);
  const FollowRequest request{.follow = Follow::no};
  History history(request, world.named, world.sequence + 1);
  world.write(0, 3);
  FollowerQueue queue(1 << 16);
  REQUIRE(history.pump(world.named, queue) == History::Progress::caught_up);
  REQUIRE(queue.take(1000).records.size() == 3);
}

TEST_CASE("history: lines that the rings drop before they were read are missed, exactly and in their place") {
  std::mt19937 random(17);
  for (int round = 0; round < 300; ++round) {
    World world(1, 100 + random() % 1000);
    for (int i = 0; i < 30; ++i) world.write(0, 1 + static_cast<unsigned>(random() % 5));
    const std::size_t last = random() % 20;
    const std::uint64_t in_ring = world.last_line - world.dropped_lines;
    std::uint64_t seen = world.last_line - std::min<std::uint64_t>(last, in_ring);
    const FollowRequest request{.services = {}, .last_lines = last, .follow = Follow::yes};
    History history(request, world.named, world.sequence + 1);
    FollowerQueue queue(150 + random() % 300);
    for (bool is_done = false; !is_done;) {
      if (random() % 2 == 0) world.write(0, 1 + static_cast<unsigned>(random() % 5), &history);
      is_done = history.pump(world.named, queue) == History::Progress::caught_up;
      const auto taken = queue.take(1 << 20);
      seen += taken.missed;
      for (const auto& record : taken.records) REQUIRE(record.bytes == std::to_string(++seen));
    }
    REQUIRE(seen == world.last_line);
  }
}
