// The guard's side of its socket under any messages. The input is a list of them, each after a byte with its length and
// one with the number of its descriptors, into a state that lives as long as the process: every descriptor that came
// with a message is held once or was closed once, ends have no gaps, and a manager's death loses nothing.
#include "guard/state.hpp"

#include <cerrno>
#include <csignal>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/check.hpp"

namespace {

using namespace sup::guard;

std::set<int> open_fds;
std::size_t refusals = 0;

void close_fd(int fd) { CHECK(open_fds.erase(fd) == 1); }
void count_refusal(int error_number, std::string_view names) {
  CHECK(error_number == ENFILE || error_number == EMFILE);
  CHECK(names.size() <= kMessageBytes);
  ++refusals;
}

void check(const State& state) {
  const bool has_next = state.programs.next >= 0;
  CHECK(has_next == (state.programs.said >= 0));
  CHECK(state.shelf.size() + (has_next ? 2 : 0) == open_fds.size());
  CHECK(!has_next || (open_fds.contains(state.programs.next) && open_fds.contains(state.programs.said)));
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < state.shelf.size(); ++i) {
    CHECK(open_fds.contains(state.shelf.fd(i)));
    CHECK(!state.shelf.name(i).empty() && state.shelf.name(i).size() <= kNameBytes);
    CHECK(names.insert(state.shelf.name(i)).second);
  }
  CHECK(state.journal.size() <= kJournalLength && state.journal.untold() <= state.journal.size());
  for (std::size_t i = 0; i < state.journal.size(); ++i)
    CHECK(state.journal.at(i).pid == static_cast<int>((state.journal.first() + i) & 0xffff));
  CHECK(!state.goodbye || (*state.goodbye >= 0 && *state.goodbye <= 255));
}

// What happens to a guard between two messages.
void live(State& state, unsigned char what, std::uint64_t& ended) {
  for (int i = 0; i < (what & 7) && !state.journal.is_full(); ++i)
    state.journal.add({static_cast<int>(++ended & 0xffff), CLD_EXITED, what});
  if ((what & 0x18) == 0x18) state.journal.tell(state.journal.untold());
  if ((what & 0xf8) == 0xf8) state.goodbye.reset();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kFewHeld = 40;
  static auto state = std::make_unique<State>();
  static int next_fd = 0;
  static std::uint64_t ended = 0;
  static const bool is_begun = (state->programs = {-1, -1, -1, -1}, true);
  CHECK(is_begun);
  state->shelf.limit(kFewHeld);
  for (std::size_t at = 0; at + 3 <= size;) {
    const std::size_t length = std::min<std::size_t>(data[at], size - at - 3);
    std::vector<int> fds;
    for (int i = 0; i < data[at + 1] % 70; ++i) open_fds.insert(fds.emplace_back(next_fd++ & 0xffffff));
    live(*state, data[at + 2], ended);
    const std::string bytes(reinterpret_cast<const char*>(data + at + 3), length);  // So that its bounds are seen.
    if (const auto request = read_request(bytes, fds.size())) CHECK(request->kind != Kind::exits);
    state->take(bytes, fds, close_fd, count_refusal);
    at += 3 + length;
  }
  check(*state);
  return 0;
}
