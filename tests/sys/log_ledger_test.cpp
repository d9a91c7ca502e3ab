// Output that flows while log threads are killed at random moments: numbered lines of which none may be missing, torn,
// out of order or there twice. SUP_LEDGER_KILLS=1000 takes longer.
#include <sys/mman.h>

#include <array>
#include <cstdlib>
#include <random>

#include "log/limits.hpp"
#include "log_ledger_support.hpp"
#include "sys/terminal.hpp"

using namespace sup;
using namespace sup::log_test;

namespace {

int kills_wanted() {
  const char* text = std::getenv("SUP_LEDGER_KILLS");
  return text != nullptr ? std::max(1, std::atoi(text)) : 150;
}

// What the processes of the test share.
struct Shared {
  static constexpr std::size_t kMost = 10;
  std::atomic<bool> is_over;
  std::array<std::atomic<std::uint64_t>, kMost> written;  // Lines of each writer.
};

Shared& make_shared_memory() {
  void* memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  REQUIRE(memory != MAP_FAILED);
  return *new (memory) Shared{};
}

// What stands in a line besides its number says that it is whole.
std::string line_of(std::size_t writer, std::uint64_t number, std::size_t length) {
  const std::string head = "w" + std::to_string(writer) + " " + std::to_string(number) + " ";
  const char fill = static_cast<char>('a' + number % 26);
  return head + std::string(length + number * 7 % 50, fill);
}

struct Writer {
  std::size_t number;
  std::size_t length = 20;       // Of a line.
  std::size_t piece = 2000;      // Written at once, wherever a line ends.
  std::string second_line = {};  // Each line is a record of two.
};

void write_until_over(const Writer& writer, const UniqueFd& to, Shared& shared) {
  std::mt19937 random(static_cast<unsigned>(writer.number));
  std::string waiting;
  std::uint64_t count = 0;
  while (!shared.is_over || !waiting.empty()) {
    const std::size_t size = 1 + random() % writer.piece;
    while (waiting.size() < size && !shared.is_over)
      waiting += line_of(writer.number, ++count, writer.length) + "\n" + writer.second_line;
    write_all(to, waiting.substr(0, size));
    waiting.erase(0, std::min(size, waiting.size()));
    ::poll(nullptr, 0, random() % 4 == 0 ? 1 : 0);
  }
  shared.written[writer.number] = count;
}

pid_t in_a_process(const std::function<void()>& what) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child > 0) return child;
  what();
  ::_exit(0);
}

void wait_for(pid_t child) {
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(status == 0);
}

// The writers and their pipes; the write ends are theirs alone.
class Flood {
 public:
  Flood() : shared_(make_shared_memory()) {}
  ~Flood() {
    shared_.is_over = true;
    for (const pid_t writer : writers_) (void)::kill(writer, SIGKILL);
    for (const pid_t writer : writers_) (void)::waitpid(writer, nullptr, 0);
    (void)::munmap(&shared_, sizeof(Shared));
  }
  Flood(const Flood&) = delete;
  Flood& operator=(const Flood&) = delete;

  void add(const Writer& writer) {
    sys::Pipe pipe = new_pipe();
    writers_.push_back(in_a_process([&] { write_until_over(writer, pipe.write_end, shared_); }));
    ends_.push_back(std::move(pipe.read_end));
  }
  void add_terminal(const Writer& writer) {
    auto pty = sys::open_pty();
    REQUIRE(pty.has_value());
    writers_.push_back(in_a_process([&] { write_until_over(writer, pty->slave, shared_); }));
    ends_.push_back(std::move(pty->master));
    slaves_.push_back(std::move(pty->slave));  // Without one the kernel forgets what nobody has read.
  }
  // The log thread reads meanwhile.
  void end() {
    shared_.is_over = true;
    for (const pid_t writer : std::exchange(writers_, {})) wait_for(writer);
  }
  [[nodiscard]] const UniqueFd& end_of(std::size_t writer) const { return ends_[writer]; }
  [[nodiscard]] std::uint64_t written(std::size_t writer) const { return shared_.written[writer]; }

 private:
  Shared& shared_;
  std::vector<pid_t> writers_;
  std::vector<UniqueFd> ends_;
  std::vector<UniqueFd> slaves_;
};

// Every line is there, whole, once, and in order.
void expect_all(const std::vector<std::string>& lines, const Writer& writer, std::uint64_t count,
                const std::string& begin = "") {
  INFO("writer " << writer.number);
  for (std::size_t i = 0; i < std::min<std::size_t>(lines.size(), count); ++i)
    if (begin + lines[i] != line_of(writer.number, i + 1, writer.length)) {
      INFO("line " << i + 1 << " is '" << lines[i].substr(0, 80) << "'");
      REQUIRE(begin + lines[i] == line_of(writer.number, i + 1, writer.length));
    }
  REQUIRE(lines.size() == count);
  REQUIRE(count > 0);
}

// Of what may come twice around a death: nothing is missing, and a step back is as seldom as deaths are.
void expect_once_at_least(const std::vector<std::string>& lines, const Writer& writer, std::uint64_t count,
                          int deaths) {
  std::uint64_t highest = 0;
  std::uint64_t before = 0;
  int steps_back = 0;
  for (const std::string& line : lines) {
    const std::uint64_t number = std::strtoull(line.c_str(), nullptr, 10);
    if (number <= before) ++steps_back;
    if (number > highest + 1) FAIL("line " << highest + 1 << " is missing");
    REQUIRE("w" + std::to_string(writer.number) + " " + line == line_of(writer.number, number, writer.length));
    before = number;
    highest = std::max(highest, number);
  }
  REQUIRE(highest == count);
  REQUIRE(steps_back <= deaths);
}

log::Layout json_layout() {
  using Slot = log::Layout::Slot;
  return {.parts = {{Slot::text, "{"}, {Slot::line}, {Slot::text, "}"}}, .style = log::LineStyle::json};
}

constexpr std::uint64_t kRotated = 96 * 1024;

}  // namespace

TEST_CASE("log: while log threads are killed at random moments no line is lost, torn, out of order or there twice") {
  const TempDir dir;
  const std::array writers = {Writer{0},
                              Writer{1},
                              Writer{2},
                              Writer{3},
                              Writer{4, 20, 2000, "  more\n"},
                              Writer{5},
                              Writer{6, 30'000, 900},
                              Writer{7, 20, 300}};
  Flood flood;
  for (const Writer& writer : writers)
    if (writer.number == 7)
      flood.add_terminal(writer);
    else
      flood.add(writer);
  sys::Pipe console = new_pipe();
  const std::string console_path = dir.file("console");
  const pid_t reader = in_a_process([&] {
    console.write_end.reset();
    const UniqueFd file(::open(console_path.c_str(), O_WRONLY | O_CREAT, 0600));
    std::array<char, 65536> bytes;
    for (ssize_t got = 1; got > 0;) {
      got = ::read(console.read_end.get(), bytes.data(), bytes.size());
      if (got > 0) write_all(file, {bytes.data(), static_cast<std::size_t>(got)});
    }
  });
  const auto source = [&](std::size_t writer, log::Destination to) {
    return log::Source{.service = InstanceId{static_cast<std::uint32_t>(writer + 1)},
                       .name = "s" + std::to_string(writer),
                       .run = RunId{writer + 1},
                       .pipe = copy_of(flood.end_of(writer)),
                       .is_terminal = writer == 7,
                       .destination = std::move(to),
                       .key = "w" + std::to_string(writer)};
  };
  const auto attach = [&](LogThread& thread) {
    for (const Writer& writer : writers) {
      const std::size_t number = writer.number;
      const std::string path = dir.file(number == 1 || number == 2 ? "shared" : "w" + std::to_string(number));
      const log::Rotation rotation{.max_size = number == 7 ? log::kNoLimit : kRotated};
      log::Source added = source(number, number == 5 ? log::Destination(log::StdoutDestination{})
                                                     : log::Destination(to_file_or_die(path, rotation)));
      if (number == 2 || number == 4) added.layout = with_name("s" + std::to_string(number));
      if (number == 3) {
        added.layout = json_layout();
        added.also.push_back({to_file_or_die(dir.file("also"), rotation), {}});
      }
      if (number == 4) added.joining = {*Pattern::compile("^\\S"), std::chrono::hours{1}};
      attach_or_die(thread, std::move(added));
    }
  };
  Lives lives(attach, {.stdout_fd = console.write_end.get()});
  std::mt19937 random(1);
  const int kills = kills_wanted();
  for (int i = 0; i < kills; ++i) {
    lives.begin(Lives::Until::killed);
    if (i % 5 > 0) lives.wait_until_ready();  // Else it may die while it takes up what was left.
    const timespec moment{0, static_cast<long>(random() % 5'000'000)};
    (void)::ppoll(nullptr, 0, &moment, nullptr);
    lives.kill();
  }
  lives.begin(Lives::Until::killed);
  flood.end();
  lives.kill();
  REQUIRE(lives.finish());
  console.write_end.reset();
  wait_for(reader);
  const std::string shared = whole_log(dir.file("shared"));
  expect_all(lines_of(whole_log(dir.file("w0")), ""), writers[0], flood.written(0));
  expect_all(lines_of(shared, "w1"), writers[1], flood.written(1), "w1");
  expect_all(lines_of(shared, "s2 | "), writers[2], flood.written(2));
  REQUIRE(split(shared).size() == flood.written(1) + flood.written(2));
  std::vector<std::string> json;
  for (const std::string& line : lines_of(whole_log(dir.file("w3")), "{\"line\":\""))
    json.push_back(line.substr(0, line.size() - 2));
  expect_all(json, writers[3], flood.written(3));
  expect_all(split(whole_log(dir.file("also"))), writers[3], flood.written(3));
  const std::string joined = whole_log(dir.file("w4"));
  expect_all(lines_of(joined, "s4 | "), writers[4], flood.written(4));
  REQUIRE(lines_of(joined, "s4 |+  more").size() == flood.written(4));
  expect_once_at_least(lines_of(content(console_path), "w5 "), writers[5], flood.written(5), kills + 2);
  expect_all(split(whole_log(dir.file("w6"))), writers[6], flood.written(6));
  expect_all(split(whole_log(dir.file("w7"))), writers[7], flood.written(7));
}
