// What an init is asked to do, whatever the words were in which it was asked.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/time.hpp"
#include "init/manner.hpp"

namespace sup::init {

// Where the command's process stands towards us.
enum class Placement : unsigned char {
  own_group,    // A process group of its own in our session, in the terminal's foreground if we are.
  own_session,  // A session of its own, to which our terminal goes if it can be had.
  our_group,    // Where we are: one job of the shell that has started us.
};

// Who gets a signal.
enum class Target : unsigned char { command, group };

// What becomes of each signal on its way; 0: it is dropped.
class Rewrites {
 public:
  constexpr Rewrites() noexcept {
    for (std::size_t i = 0; i < to_.size(); ++i) to_[i] = static_cast<std::uint8_t>(i);
  }
  constexpr void set(int from, int to) noexcept { to_[static_cast<std::size_t>(from)] = static_cast<std::uint8_t>(to); }
  [[nodiscard]] constexpr int operator[](int from) const noexcept { return to_[static_cast<std::size_t>(from)]; }
  [[nodiscard]] constexpr bool changes(int from) const noexcept { return (*this)[from] != from; }

 private:
  std::array<std::uint8_t, 65> to_{};
};

struct Plan {
  const Manner* manner = nullptr;
  unsigned verbosity = 0;
  char** command = nullptr;  // Ended by a null pointer; null itself: none, wait until TERM or INT.
  Placement placement = Placement::own_group;
  Target target = Target::command;
  Rewrites rewrites;
  std::bitset<256> excused;   // Exit codes that become 0.
  int parent_death = 0;       // The signal that we get when our parent ends; 0: none.
  bool wants_reaper = false;  // It was said in so many words, so a failure is one.
  bool tells_reaped = false;
  bool stops_along = false;      // A stop signal from outside stops us, too, whatever the command does.
  bool reaps_when_told = false;  // After CHLD alone, so that what is said of ends comes after what is said of that.
  bool leaves_at_once = false;   // When the command has ended; who else has is not looked at.
  bool terminates_rest = false;  // TERM to the target when the command has ended.
  bool waits_for_all = false;
  std::optional<Duration> grace;  // How long who is left has after a TERM.
  int internal_failure = 1;       // The exit code when nothing could be started.

  [[nodiscard]] const char* command_name() const noexcept { return command != nullptr ? command[0] : ""; }
};

// What this plan's manner has to say.
inline void say(const Plan& plan, Note note, const Facts& facts = {}) noexcept {
  tell(*plan.manner, plan.verbosity, note, facts);
}

// A plan; or what is to be said, where, and the exit code.
struct Parsed {
  Plan plan;
  std::optional<int> done_with;
  std::string text;
  int text_fd = -1;
};
[[nodiscard]] inline Parsed ended(int fd, std::string text, int code) {
  return {.plan = {}, .done_with = code, .text = std::move(text), .text_fd = fd};
}

}  // namespace sup::init
