// What becomes of lines that a file does not take: its disk is full, or its directory is gone.
#pragma once

#include <cstdint>

namespace sup::log {

enum class OnFull : std::uint8_t {
  drop,   // They are counted, and dropped.
  block,  // They wait; when kPendingBytes wait, who writes them waits.
  stop,   // They are dropped, and whose they are is named in a Refusal.
};

}  // namespace sup::log
