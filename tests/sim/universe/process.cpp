#include "sim/universe/process.hpp"

#include <algorithm>
#include <utility>

namespace sup::sim {
namespace {

constexpr Signal kKill{9};

bool is_stop_signal(Signal signal) { return signal.number <= 3 || signal.number == 15; }

}  // namespace

void receive(Process& process, Signal signal, Instant now, Dice& dice) {
  if (signal == kKill) return receive_kill(process, now);
  if (!is_stop_signal(signal) && !dice.percent(30)) return;
  if (process.deaf_to > 0) {
    --process.deaf_to;
    return;
  }
  const Instant death = now + process.obeys_after;
  if (death >= process.dies_at) return;
  process.dies_at = death;
  process.is_told = true;
  process.end = dice.percent(60) ? killed_by(signal) : exited(dice.percent(50) ? 0 : 128 + signal.number);
}

void receive_kill(Process& process, Instant now) {
  process.left.reset();
  const Instant death = now + process.kill_takes;
  if (death >= process.dies_at) return;
  process.dies_at = death;
  process.is_told = true;
  process.end = killed_by(kKill);
}

void freeze(Process& process, Instant now) {
  if (process.dies_at == kNever) return;
  process.left = std::max(process.dies_at - now, Duration{});
  process.dies_at = kNever;
  process.is_told = false;
}

void thaw(Process& process, Instant now) {
  if (const auto left = std::exchange(process.left, std::nullopt)) process.dies_at = now + *left;
}

}  // namespace sup::sim
