// Start times: when the last start of an instance came how far, and what it had to wait for.
#pragma once

#include <optional>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "engine/states.hpp"

namespace sup {

struct Instance;
struct World;

// The moments of one start, in their order; Instant::max() for what has not come.
struct StartTimes {
  Instant asked = Instant::max();    // It was to come up and began to wait for its turn.
  Instant allowed = Instant::max();  // Nothing held it any more: its hooks or its program began.
  Instant spawned = Instant::max();  // Its program was executed.
  Instant ended = Instant::max();  // It was ready (a oneshot: had done its work), or it was known that it would not be.
  InstanceId held_by{~std::uint32_t{0}};  // Whose start it waited for last; none: for nobody's.
  bool is_ready = false;                  // How it ended.
  friend bool operator==(const StartTimes&, const StartTimes&) = default;
};

// Notes what a change of state means for the start. Called when the instance is in its new state.
void note_start(World& w, Instance& i, State from);

// Whether the start was one of those that came with supervisord's own.
[[nodiscard]] bool began_at_boot(const World& w, const Instance& i);

// Whose start holds this one, or held it last; kNoInstance: nobody's, or that one has been started again since.
[[nodiscard]] InstanceId holder_of(const World& w, const Instance& i);

// The starts that determined when this one ended, or hold it now: from it back to one that waits for nobody. It is cut
// short where an instance has been started again since.
[[nodiscard]] std::vector<InstanceId> critical_chain(const World& w, InstanceId id);

// Whose start at boot ended last, or is still under way: then one that nobody waits for. Nothing if there was none.
[[nodiscard]] std::optional<InstanceId> last_to_start(const World& w);

}  // namespace sup
