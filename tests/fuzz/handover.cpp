// What one guard leaves to the next, as any text: it is believed only as far as it is understood, and what was read of
// it is what would be written.
#include "guard/handover.hpp"

#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>

#include "base/check.hpp"

namespace {

using namespace sup::guard;

constexpr std::size_t kFewHeld = 200;

void empty(State& state) {
  while (state.shelf.size() > 0) (void)state.shelf.drop(std::string(state.shelf.name(0)));
  state.journal.confirm(std::numeric_limits<std::uint64_t>::max());
  state.journal.begin_with(0);
  state.shelf.limit(kFewHeld);
  for (Arrived& one : state.arrived) one = {};
}

std::string text_of(const State& state) {
  const int file = write_handover(state);
  CHECK(file >= 0);
  std::string out(static_cast<std::size_t>(::lseek(file, 0, SEEK_END)), '\0');
  CHECK(::pread(file, out.data(), out.size(), 0) == static_cast<ssize_t>(out.size()));
  ::close(file);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static auto state = std::make_unique<State>();
  static auto other = std::make_unique<State>();
  empty(*state);
  empty(*other);
  const std::string text = "supervisord-guard 1\n" + std::string(reinterpret_cast<const char*>(data), size);
  (void)parse_handover(text, *state);
  CHECK(state->shelf.size() <= kFewHeld && state->journal.size() <= kJournalLength);
  const std::string once = text_of(*state);
  CHECK(parse_handover(once, *other));
  CHECK(text_of(*other) == once);
  return 0;
}
