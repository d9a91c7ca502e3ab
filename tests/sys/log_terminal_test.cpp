// The log thread and terminals: what is logged of them, and who looks at them.
#include <sys/socket.h>

#include "log/limits.hpp"
#include "log_bench.hpp"
#include "sys/socket.hpp"
#include "sys/terminal.hpp"

using namespace sup;
using namespace sup::log_test;

namespace {

// A terminal whose master is attached; its slave as a program has it.
UniqueFd attach_terminal(LogThread& thread, log::Destination destination, std::uint64_t run = 1) {
  auto pty = sys::open_pty();
  REQUIRE(pty.has_value());
  REQUIRE(thread.attach({.service = InstanceId{1},
                         .name = "s1",
                         .run = RunId{run},
                         .pipe = std::move(pty->master),
                         .is_terminal = true,
                         .destination = std::move(destination)}));
  return std::move(pty->slave);
}

struct View {
  log::ViewerId id;
  UniqueFd socket;
  std::string said = {};

  bool expect(std::string_view text) {
    return eventually([&] { return said += read_some(socket), said.find(text) != std::string::npos; });
  }
  bool is_at_end() const {
    char byte = 0;
    return ::recv(socket.get(), &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0;
  }
};

enum class Of : unsigned char { pipes, terminal };
View look(LogThread& thread, Of of = Of::terminal) {
  auto pair = sys::make_socket_pair();
  REQUIRE(pair.has_value());
  const log::ViewerId id = thread.view({InstanceId{1}, of == Of::terminal, std::move(pair->theirs)});
  return {id, std::move(pair->ours)};
}

}  // namespace

TEST_CASE("log: of a terminal what the program wrote is logged, without the carriage returns of the terminal") {
  const TempDir dir;
  const std::string path = dir.file("a.log");
  auto thread = start();
  const UniqueFd slave = attach_terminal(*thread, to_file(path));
  write_all(slave, "one\ntwo\rthree\n\n");
  REQUIRE(eventually([&] { return content(path) == "one\ntwo\rthree\n\n"; }));
  // One at the end of a read waits for what comes behind it; what comes is not lost by a flush.
  write_all(slave, "four\r");
  thread->flush(RunId{1});
  REQUIRE(eventually([&] { return content(path) == "one\ntwo\rthree\n\nfour\r"; }));
  write_all(slave, "five\n");
  REQUIRE(eventually([&] { return content(path) == "one\ntwo\rthree\n\nfour\rfive\n"; }));
}

TEST_CASE("log: every byte of a terminal arrives, however the reads are torn") {
  const TempDir dir;
  const std::string path = dir.file("a.log");
  auto thread = start();
  UniqueFd slave = attach_terminal(*thread, to_file(path));
  const std::string text = numbered("line", 1, 40'000);
  std::thread writer([&] { write_all(slave, text); });
  writer.join();
  slave.reset();
  REQUIRE(eventually([&] { return content(path).size() >= text.size(); }));
  REQUIRE(content(path) == text);
}

TEST_CASE("log: a terminal that nobody has open may be opened again, costs nothing meanwhile, and ends with its run") {
  const TempDir dir;
  const std::string path = dir.file("a.log");
  auto thread = start();
  const std::size_t before = count_descriptors();
  UniqueFd slave = attach_terminal(*thread, to_file(path));
  const std::string name = ::ttyname(slave.get());
  write_all(slave, "one\nhalf");
  slave.reset();
  REQUIRE(eventually([&] { return content(path) == "one\nhalf"; }));
  slave = UniqueFd(::open(name.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
  REQUIRE(slave.is_open());
  write_all(slave, " and half\ntwo\n");
  REQUIRE(eventually([&] { return content(path) == "one\nhalf and half\ntwo\n"; }));
  write_all(slave, "last");
  slave.reset();
  thread->end(RunId{2});  // Another one.
  thread->end(RunId{1});
  REQUIRE(eventually([&] { return content(path) == "one\nhalf and half\ntwo\nlast"; }));
  REQUIRE(eventually([&] { return count_descriptors() == before; }));
}

TEST_CASE("log: who looks sees the last screen with the line that is not complete, then every byte") {
  auto thread = start();
  const UniqueFd slave = attach_terminal(*thread, NullDestination{});
  write_all(slave, numbered("line", 1, 100) + "prompt> ");
  REQUIRE(wait_for_lines(*thread, 1, 100));
  View first = look(*thread);
  REQUIRE(first.expect("prompt> "));
  REQUIRE(first.said.starts_with("line 77\r\n"));
  REQUIRE(split(first.said).size() == log::kScreenLines + 1);
  write_all(slave, "x");
  REQUIRE(first.expect("prompt> x"));
  View second = look(*thread);
  REQUIRE(second.expect("prompt> x"));
  write_all(slave, "\x1b[1mbold\n");
  REQUIRE(first.expect("\x1b[1mbold\r\n"));
  REQUIRE(second.expect("\x1b[1mbold\r\n"));
  // One that leaves gets what is there, and its end.
  write_all(slave, "last");
  thread->unview(first.id);
  REQUIRE(first.expect("last"));
  REQUIRE(eventually([&] { return first.is_at_end(); }));
  REQUIRE(second.expect("last"));
}

TEST_CASE("log: who looks at a terminal sees no other pipe, and who looks at pipes sees them as they are") {
  auto thread = start();
  const UniqueFd slave = attach_terminal(*thread, NullDestination{});
  const UniqueFd hook = attach(*thread, 1, NullDestination{});
  View terminal = look(*thread);
  View pipes = look(*thread, Of::pipes);
  write_all(hook, "of the hook\n");
  REQUIRE(pipes.expect("of the hook\n"));
  write_all(slave, "of the terminal\n");
  REQUIRE(terminal.expect("of the terminal\r\n"));
  REQUIRE(terminal.said == "of the terminal\r\n");
  REQUIRE(pipes.said == "of the hook\n");
}

TEST_CASE("log: a new run's screen begins empty") {
  auto thread = start();
  {
    const UniqueFd slave = attach_terminal(*thread, NullDestination{}, 1);
    write_all(slave, "of the run before\n");
    REQUIRE(wait_for_lines(*thread, 1, 1));
  }
  thread->end(RunId{1});
  const UniqueFd slave = attach_terminal(*thread, NullDestination{}, 2);
  write_all(slave, "new\n");
  REQUIRE(wait_for_lines(*thread, 1, 2));
  View view = look(*thread);
  REQUIRE(view.expect("new\r\n"));
  REQUIRE(view.said == "new\r\n");
}

TEST_CASE("log: who does not read holds up nobody, learns how much is missing, and sees the last screen then") {
  const TempDir dir;
  const std::string path = dir.file("a.log");
  auto thread = start();
  const UniqueFd slave = attach_terminal(*thread, to_file(path));
  View slow = look(*thread);
  View gone = look(*thread);
  gone.socket.reset();
  const std::string text = numbered("line", 1, 60'000);
  write_all(slave, text);
  REQUIRE(eventually([&] { return content(path) == text; }));
  REQUIRE(slow.expect("bytes are missing here: they were not read in time]\r\n"));
  REQUIRE(slow.expect("line 60000\r\n"));
  const std::size_t mark = slow.said.find("[");
  const std::uint64_t missed = std::stoull(slow.said.substr(mark + 1));
  // All that was sent before the mark, and what is missing, is all that there was: "\r\n" for each line end.
  REQUIRE(mark - 2 + missed == text.size() + 60'000);
  REQUIRE(slow.said.ends_with("line 59999\r\nline 60000\r\n"));
  write_all(slave, "on\n");
  REQUIRE(slow.expect("on\r\n"));
}
