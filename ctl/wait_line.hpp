// The line at the foot of a terminal while ctl waits for services: who is not there yet, and why.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "base/time.hpp"
#include "ctl/context.hpp"

namespace sup::ctl {

// While it lives, clients that connect() has made show it on standard error as they wait, if that is a terminal which
// can take a line back. What it says is asked for over a connection of its own; when nobody answers, it says nothing.
class WaitLine {
 public:
  using HasArrived = std::function<bool(const wire::ServiceStatus&)>;
  WaitLine(Context& context, HasArrived has_arrived);
  ~WaitLine();
  WaitLine(const WaitLine&) = delete;
  WaitLine& operator=(const WaitLine&) = delete;

 private:
  void draw();
  void look();

  Context& context_;
  HasArrived has_arrived_;
  Instant began_;
  Instant looked_{};
  std::string text_;
  std::size_t turn_ = 0;
};

// So that a line of at most `columns` comes of it, "..." at its end where something is missing.
[[nodiscard]] std::string cut_line(std::string text, std::size_t columns);

}  // namespace sup::ctl
