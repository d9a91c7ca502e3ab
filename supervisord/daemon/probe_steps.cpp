// ProbeSteps: what of probes may block, done by workers.
#include <utility>

#include "daemon/probe.hpp"

namespace sup {

bool ProbeSteps::begin(std::uint64_t watch, Step step, Answer answer) {
  if (const auto it = waiting_.find(watch); it != waiting_.end()) {
    if (!it->second) --abandoned_;
    it->second = std::move(answer);
    return true;
  }
  if (abandoned_ >= kMostAbandoned) return false;
  waiting_.emplace(watch, std::move(answer));
  workers_.submit([this, watch, step = std::move(step)]() mutable -> Continuation {
    return [this, watch, result = step()]() mutable { on_done(watch, std::move(result)); };
  });
  return true;
}

void ProbeSteps::abandon(std::uint64_t watch) {
  const auto it = waiting_.find(watch);
  if (it == waiting_.end() || !it->second) return;
  it->second = nullptr;
  ++abandoned_;
}

void ProbeSteps::on_done(std::uint64_t watch, Result<UniqueFd> result) {
  const auto it = waiting_.find(watch);
  Answer answer = std::move(it->second);
  waiting_.erase(it);
  if (answer)
    answer(std::move(result));
  else
    --abandoned_;
}

}  // namespace sup
