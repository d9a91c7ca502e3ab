#include "ctl/event_cursor.hpp"

#include <utility>

namespace sup::ctl {

EventCursor::EventCursor(wire::Arguments arguments)
    : arguments_(std::move(arguments)), is_of_some_(!arguments_.texts("names").empty()) {}

const wire::Arguments& EventCursor::arguments() {
  goes_on_ = std::exchange(has_asked_, true);
  return arguments_;
}

void EventCursor::take(wire::EventsReply& batch) {
  if (std::exchange(goes_on_, false) && is_of_some_) {
    batch.gap.reset();
    batch.missed = 0;
  }
  if (batch.gap) arguments_.set("since", batch.gap->last);
  if (!batch.events.empty()) arguments_.set("since", batch.events.back().seq);
}

}  // namespace sup::ctl
