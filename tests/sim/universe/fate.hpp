// Fate: when the manager dies.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "sim/universe/dice.hpp"

namespace sup::sim {

class Fate {
 public:
  // It never does.
  Fate() : dice_(0) {}
  // At random, now and then.
  [[nodiscard]] static Fate at_random(std::uint64_t seed) { return Fate(seed, std::nullopt); }
  // In this step, and never again.
  [[nodiscard]] static Fate in_step(std::uint64_t seed, std::uint64_t step) { return Fate(seed, step); }

  // The next step begins.
  void begin_step() {
    ++steps_;
    const bool is_random = is_on_ && !step_ && left_ > 0 && dice_.percent(kPercent);
    if (is_random) --left_;
    point_ = is_random || step_ == steps_ ? std::optional{static_cast<Point>(dice_.below(3))} : std::nullopt;
  }
  // Whether it dies before it has heard of the event, or before that is recorded: which is the same.
  [[nodiscard]] bool dies_before() { return take(Point::before); }
  // How many of the effects of the step are carried out before it dies, if it dies among them.
  [[nodiscard]] std::optional<std::size_t> dies_among(std::size_t effects) {
    if (effects == 0 || !take(Point::among)) return std::nullopt;
    return dice_.below(static_cast<std::uint32_t>(effects));
  }
  // When all is done that the step wanted. What was to die among no effects dies here.
  [[nodiscard]] bool dies_after() { return take(Point::among) || take(Point::after); }
  // The one after it does not live long.
  [[nodiscard]] bool dies_at_once() { return is_on_ && !step_ && dice_.percent(10); }

  [[nodiscard]] bool is_mortal() const { return is_on_; }
  [[nodiscard]] std::uint64_t steps() const { return steps_; }

 private:
  enum class Point : std::uint8_t { before, among, after };
  static constexpr std::uint32_t kPercent = 3;
  static constexpr std::uint32_t kMost = 20;  // Else a world in which each manager asks anew would never rest.

  Fate(std::uint64_t seed, std::optional<std::uint64_t> step) : is_on_(true), step_(step), dice_(~seed) {}
  bool take(Point point) {
    if (point_ != point) return false;
    point_.reset();
    return true;
  }

  bool is_on_ = false;
  std::optional<std::uint64_t> step_;
  std::uint64_t steps_ = 0;
  std::uint32_t left_ = kMost;
  std::optional<Point> point_;
  Dice dice_;
};

}  // namespace sup::sim
