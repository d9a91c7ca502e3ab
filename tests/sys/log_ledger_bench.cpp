// What the ledger costs the capture of output: build/release/tests/sys_tests '[ledger-bench]'. Prints ratios, judges
// nothing.
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>

#include "log/ledger.hpp"
#include "log_ledger_support.hpp"

using namespace sup;
using namespace sup::log_test;

namespace {

constexpr std::size_t kLine = 100;
constexpr int kRounds = 9;

struct Way {
  const char* name;
  std::size_t block;  // Written at once.
  std::size_t bytes;
  bool is_json;
};

struct Cost {
  double seconds = 0;
  double cpu = 0;  // Of this process, in which the log thread is.
};

double cpu_seconds() {
  rusage usage{};
  (void)::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void write_blocks(const Way& way, const UniqueFd& to) {
  std::string block;
  while (block.size() < way.block) block += std::string(kLine - 1, 'x') + "\n";
  for (std::size_t left = way.bytes; left > 0; left -= block.size()) write_all(to, block);
}

Cost capture(const Way& way, const UniqueFd* ledger) {
  const TempDir dir;
  log::Options options;
  if (ledger != nullptr) options.ledger = ledger->get();
  auto thread = start(options);
  sys::Pipe pipe = new_pipe();
  log::Source source{.service = InstanceId{1},
                     .name = "s1",
                     .run = RunId{1},
                     .pipe = copy_of(pipe.read_end),
                     .destination = to_file(dir.file("a.log")),
                     .key = "1"};
  using Slot = log::Layout::Slot;
  if (way.is_json)
    source.layout = log::Layout{
        .parts = {{Slot::text, "{\"time\":\""}, {Slot::time}, {Slot::text, "\","}, {Slot::line}, {Slot::text, "}"}},
        .style = log::LineStyle::json,
        .time = *TimeText::parse("iso")};
  REQUIRE(thread->attach(std::move(source)));
  const double cpu = cpu_seconds();
  const Instant begin = sys::monotonic_now();
  const pid_t writer = ::fork();
  if (writer == 0) {
    write_blocks(way, pipe.write_end);
    ::_exit(0);
  }
  REQUIRE(wait_for_lines(*thread, 1, way.bytes / kLine));
  const Cost cost{std::chrono::duration<double>(sys::monotonic_now() - begin).count(), cpu_seconds() - cpu};
  REQUIRE(::waitpid(writer, nullptr, 0) == writer);
  return cost;
}

double median(std::vector<Cost> costs, double Cost::* what) {
  std::ranges::sort(costs, {}, what);
  return costs[costs.size() / 2].*what;
}

}  // namespace

TEST_CASE("the cost of a ledger", "[.][ledger-bench]") {
  constexpr Way kWays[] = {{"raw, line by line", kLine, 100'000'000, false},
                           {"raw, in blocks of 64 KiB", 65'500, 65'500 * 4'000UL, false},
                           {"json, line by line", kLine, 100'000'000, true},
                           {"json, in blocks of 64 KiB", 65'500, 65'500 * 2'000UL, true}};
  for (const Way& way : kWays) {
    std::vector<Cost> with, without;
    for (int round = 0; round < kRounds; ++round) {
      const auto ledger = log::create_ledger();
      REQUIRE(ledger.has_value());
      without.push_back(capture(way, nullptr));
      with.push_back(capture(way, &*ledger));
    }
    const double gigabytes = static_cast<double>(way.bytes) / 1e9;
    const double cpu = median(with, &Cost::cpu) / median(without, &Cost::cpu);
    const double speed = median(without, &Cost::seconds) / median(with, &Cost::seconds);
    std::printf("%-28s %7.0f MB/s, %.2f x without; %.3f CPU s/GB, %.2f x without\n", way.name,
                gigabytes * 1e3 / median(with, &Cost::seconds), speed, median(with, &Cost::cpu) / gigabytes, cpu);
  }
}
