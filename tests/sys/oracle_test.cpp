// Questions that are never answered.
#include "sys/oracle.hpp"

#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <thread>

#include "sys/fd.hpp"
#include "sys/support.hpp"

using namespace sup::sys;
using namespace test;
using namespace std::chrono_literals;

namespace {

std::string thread_name() { return std::to_string(std::hash<std::thread::id>{}(std::this_thread::get_id())); }

}  // namespace

TEST_CASE("what is asked is answered by a thread of its own, each time by the same") {
  Oracle oracle(20s);
  const auto first = oracle.ask(thread_name);
  REQUIRE(first.has_value());
  REQUIRE(*first != thread_name());
  REQUIRE(oracle.ask(thread_name) == first);
}

TEST_CASE("a question without an answer is given up, and so is asking when too many hang") {
  Pipe pipe = must(make_pipe());
  std::atomic<std::size_t> hanging{0};  // A thread that comes too late to its question does not.
  const auto unanswered = [fd = pipe.read_end.get(), &hanging] {
    ++hanging;
    char byte = 0;
    return std::to_string(::read(fd, &byte, 1));
  };
  {
    Oracle oracle(1ms);
    REQUIRE(wait_until([&] {
      REQUIRE_FALSE(oracle.ask(unanswered).has_value());
      return hanging == Oracle::kMostHanging;
    }));
    bool is_asked = false;
    REQUIRE_FALSE(oracle.ask([&] { return is_asked = true, std::string(); }).has_value());
    REQUIRE_FALSE(is_asked);
  }
  pipe.write_end.reset();  // They come back, and others can be asked again.
  Oracle oracle(20s);
  REQUIRE(wait_until([&] { return oracle.ask([] { return std::string("here"); }) == "here"; }));
}
