// What a process of supervisord is before anything else, whatever it was started with: its signals blocked and at their
// defaults, its descriptors 0 to 2 open, its allocator sparing.
#pragma once

namespace sup {

void prepare_process();

}  // namespace sup
