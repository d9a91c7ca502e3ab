// Where a reader of events is, to go on there with another manager.
#pragma once

#include "wire/arguments.hpp"
#include "wire/messages.hpp"

namespace sup::ctl {

class EventCursor {
 public:
  explicit EventCursor(wire::Arguments arguments);

  // What is to be asked now: at first what was asked for, then what comes after the last event that was taken.
  [[nodiscard]] const wire::Arguments& arguments();
  // Notes how far it goes. A gap right behind a cursor which is that of other events is taken out of it: of some
  // services' events the last one may be long ago, and what lies between was not for this reader.
  void take(wire::EventsReply& batch);

 private:
  wire::Arguments arguments_;
  bool is_of_some_;  // Not of all services.
  bool has_asked_ = false;
  bool goes_on_ = false;  // Nothing has come since it was asked again.
};

}  // namespace sup::ctl
