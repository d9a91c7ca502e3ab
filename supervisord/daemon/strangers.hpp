// Strangers: processes that have come to us as orphans and belong to no run, because they have taken off every sign of
// whose they are. Nobody else would end them after us, so they end with us.
#pragma once

#include <optional>
#include <vector>

#include "base/time.hpp"
#include "sys/process_tree.hpp"

namespace sup {

class Strangers {
 public:
  // Who is our child already was given to us by those who started us, and is left alone. To be made on the main thread,
  // before the first service is started.
  Strangers();

  // When no run is left: TERM to all of them and to what is below them, and KILL after `patience`. Blocks for twice
  // that at most.
  void end(Duration patience) const;

 private:
  [[nodiscard]] std::vector<pid_t> list() const;

  std::optional<sys::Orphans> orphans_;  // Empty without /proc.
  std::vector<pid_t> inherited_;
};

}  // namespace sup
