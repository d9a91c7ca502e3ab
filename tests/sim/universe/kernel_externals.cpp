// Kernel: what is not ours, comes and goes.
#include "sim/universe/kernel.hpp"

namespace sup::sim {

using namespace std::chrono_literals;

void Kernel::ask_external(const AskHealth& order, Instant now) {
  KernelExternal& external = externals_[order.instance];
  if (external.run != order.run) external.calm_probes = 0;
  external.run = order.run;
  if (is_calm_ && ++external.calm_probes > kMostInCalm) return;
  external.probed_at = now + order.delay + dice_.up_to(is_calm_ ? Duration{100ms} : Duration{2s});
}

// It flaps; in calm it is there for good.
void Kernel::answer_externals(std::vector<Event>& out, Instant now) {
  for (auto& [id, external] : externals_) {
    if (external.probed_at > now) continue;
    external.probed_at = kNever;
    if (dice_.percent(30)) external.is_there = !external.is_there;
    if (is_calm_) external.is_there = true;
    const auto place = dice_.below(static_cast<std::uint32_t>(out.size()) + 1);
    const char* failure = external.is_there ? "" : "No route to host";
    out.insert(out.begin() + place, HealthProbed{id, external.run, failure});
  }
}

}  // namespace sup::sim
